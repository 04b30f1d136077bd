import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readEnd, utilityEngine } from '../../../../src/main/hosts/electron/utility-engine.ts';
import { EngineClient } from '../../../../src/main/render/engine-client.ts';
import { forkEngine } from '../../../../src/main/render/engine-spawner.ts';
import type { StubJobs } from '../../render/stub-engine.ts';
import { STUB_ENGINE, fakeUtilityProcesses } from './support/fake-utility-process.ts';
import type { ProbingJobs } from './support/probing-engine.ts';

const PROBING_ENGINE = new URL('./support/probing-engine.ts', import.meta.url);
const stand = (name: string) => fileURLToPath(new URL(`../../inference/support/${name}.ts`, import.meta.url));

let electron: ReturnType<typeof fakeUtilityProcesses>;
let client: EngineClient<StubJobs>;
let folder: string;

beforeEach(() => {
  electron = fakeUtilityProcesses();
  client = new EngineClient<StubJobs>({
    entry: STUB_ENGINE,
    spawn: utilityEngine(electron),
    graceMs: 300,
  });
  folder = mkdtempSync(join(tmpdir(), 'acutance-utility-'));
});

afterEach(async () => {
  await client.dispose();
  rmSync(folder, { recursive: true, force: true });
});

describe('an engine in a utility process of Electron', () => {
  it('does jobs over the message port', async () => {
    expect(await client.run('echo', { bytes: new Uint8Array([1, 2]), ticks: 2n ** 60n })).toEqual({
      bytes: new Uint8Array([1, 2]),
      ticks: 2n ** 60n,
    });
    expect(client.pid).toBeGreaterThan(0);
  });

  it('reports what a job prints and that it crashed', async () => {
    const failure = await client.run('abort', null).catch((error: unknown) => error as Error);
    expect(failure).toMatchObject({ code: 'engine-died' });
    expect(failure.message).toContain('crashed (SIGABRT)');
    expect(String(failure.cause)).toContain('native library: out of memory');
  });

  it('tells an exit status from a signal of the same number', async () => {
    await expect(client.run('exit', 9)).rejects.toThrow('ended unexpectedly (exit code 9)');
  });

  it('is killed when a cancelled job does not react, and its partial file is removed', async () => {
    const temporary = join(folder, 'partial.mp4');
    const abort = new AbortController();
    const outcome = client.run(
      'stick',
      { temporary },
      {
        signal: abort.signal,
        onEvent: (event) => {
          if (event.type === 'phase' && event.phase === 'deblurring') abort.abort();
        },
      },
    );
    await expect(outcome).rejects.toMatchObject({ code: 'cancelled' });
    expect(existsSync(temporary)).toBe(false);
    expect(client.pid).toBeUndefined();
  });

  it('is killed even when that is asked before it has started', async () => {
    const outcome = client.run('work', { temporary: join(folder, 'partial.mp4') });
    client.kill();
    await expect(outcome).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('large results', () => {
  it.each([
    ['a forked process', forkEngine],
    ['a utility process', undefined],
  ])('come back whole from %s', async (_name, spawn) => {
    const engine = new EngineClient<StubJobs>({
      entry: STUB_ENGINE,
      spawn: spawn ?? utilityEngine(electron),
    });
    // A frame of 4K in 16 bit.
    const frame = new Uint8Array(3840 * 2160 * 3 * 2);
    frame[0] = 7;
    frame[frame.length - 1] = 9;
    const result = (await engine.run('echo', frame)) as Uint8Array;
    expect(result).toBeInstanceOf(Uint8Array);
    expect([result.length, result[0], result.at(-1)]).toEqual([frame.length, 7, 9]);
    await engine.dispose();
  });
});

describe('a trial of a device, asked for by the engine', () => {
  const probe = async (request: ProbingJobs['probe']['request']) => {
    const engine = new EngineClient<ProbingJobs>({ entry: PROBING_ENGINE, spawn: utilityEngine(electron) });
    try {
      return await engine.run('probe', request);
    } finally {
      await engine.dispose();
    }
  };

  it('runs in one more utility process', async () => {
    expect(await probe({ device: 'cpu' })).toMatchObject({ usable: true });
    expect(electron.started[1]).toContain('device-probe-main');
  });

  it('that crashes is told as such', async () => {
    expect(await probe({ device: 'webgpu', program: stand('crashing-probe') })).toMatchObject({
      usable: false,
      error: 'its driver crashed (SIGKILL)',
    });
  });

  it('that hangs is given up', async () => {
    expect(await probe({ device: 'webgpu', program: stand('hanging-probe'), patienceMs: 300 })).toMatchObject(
      {
        usable: false,
        error: 'its driver did not answer',
      },
    );
  });
});

describe('the end of a utility process', () => {
  it.each([
    ['an exit status as Electron passes it on', 9, undefined, 'linux', { code: 9, signal: null }],
    ['an exit status as waitpid gives it', 9 << 8, 'abnormal-exit', 'linux', { code: 9, signal: null }],
    ['a signal', 11, 'crashed', 'darwin', { code: null, signal: 'SIGSEGV' }],
    ['a signal with a core dump', 6 | 0x80, 'crashed', 'linux', { code: null, signal: 'SIGABRT' }],
    ['the end of memory', 9, 'oom', 'linux', { code: null, signal: 'SIGKILL' }],
    ['a crash of Windows', -1073741819, 'crashed', 'win32', { code: 0xc0000005, signal: null }],
  ] as const)('is read: %s', (_name, status, reason, platform, expected) => {
    expect(readEnd(status, reason, platform)).toEqual(expected);
  });
});
