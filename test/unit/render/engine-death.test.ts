import { describe, expect, it } from 'vitest';
import { describeEngineDeath, type EngineDeath } from '../../../src/main/render/engine-death.ts';

function describeDeath(death: Partial<EngineDeath>) {
  return describeEngineDeath({
    code: null,
    signal: null,
    phase: 'loading',
    progress: undefined,
    hadPartialOutput: false,
    output: '',
    ...death,
  });
}

describe('what is said about an engine that died', () => {
  it('names the signal and the frame', () => {
    const error = describeDeath({
      signal: 'SIGKILL',
      phase: 'deblurring',
      progress: { framesDone: 4, framesTotal: 9 },
      hadPartialOutput: true,
    });
    expect(error.message).toBe(
      'The engine process was killed (SIGKILL) while deblurring (4 of 9 frames done); the partial output was removed.',
    );
    expect(error.hint).toMatch(/memory/);
  });

  it('speaks of a partial output only where there was one', () => {
    const message = describeDeath({ signal: 'SIGKILL' }).message;
    expect(message).toBe('The engine process was killed (SIGKILL) while loading the network.');
  });

  it('tells a crash from a kill, on Windows by its exit code', () => {
    expect(describeDeath({ signal: 'SIGSEGV' }).message).toContain(
      'crashed (SIGSEGV) while loading the network',
    );
    expect(describeDeath({ code: 0xc0000005 }).message).toContain('crashed (0xc0000005)');
    expect(describeDeath({ code: 1 }).message).toContain('ended unexpectedly (exit code 1)');
  });

  it('recognises that memory ran out by what the native library said', () => {
    expect(describeDeath({ signal: 'SIGABRT', output: 'terminate: std::bad_alloc' }).hint).toMatch(/memory/);
  });
});
