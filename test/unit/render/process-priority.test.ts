import { spawn, type ChildProcess } from 'node:child_process';
import { getPriority, setPriority } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { LowPriority } from '../../../src/main/render/process-priority.ts';

const children: ChildProcess[] = [];

function startProcess(): number {
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'], { stdio: 'ignore' });
  children.push(child);
  return child.pid!;
}

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** Windows knows six priorities only. */
describe.skipIf(process.platform === 'win32')('a low priority', () => {
  const behind = (steps: number) => Math.min(19, getPriority() + steps);

  it('is given to each process of an engine once', () => {
    const engine = { pid: startProcess() };
    const priority = new LowPriority(engine, 5);
    priority.apply();
    expect(getPriority(engine.pid)).toBe(behind(5));

    setPriority(engine.pid, behind(8));
    priority.apply();
    expect(getPriority(engine.pid)).toBe(behind(8));

    engine.pid = startProcess();
    priority.apply();
    expect(getPriority(engine.pid)).toBe(behind(5));
  });

  it('is none where no process is alive, or it has just ended', () => {
    new LowPriority({ pid: undefined }, 5).apply();
    expect(() => new LowPriority({ pid: 2 ** 22 + 1 }, 5).apply()).not.toThrow();
  });
});
