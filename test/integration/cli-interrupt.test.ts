import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isMissing } from '../support/test-tools.ts';
import {
  childrenOf,
  isAlive,
  makeClip,
  makeLiteWeights,
  parseEvents,
  startCommand,
  waitUntil,
  type RunningCommand,
} from './support/command-line.ts';

let sources: string;
let folder: string;
let clip: string;
let weights: string;

beforeAll(() => {
  sources = mkdtempSync(join(tmpdir(), 'acutance-long-'));
  weights = makeLiteWeights();
  if (isMissing('ffmpeg')) return;
  const options = ['-c:v', 'libx264', '-preset', 'ultrafast'];
  clip = makeClip(join(sources, 'long.mp4'), 'testsrc2=size=192x128:rate=25:duration=40', ...options);
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'acutance-interrupt-'));
  return () => rmSync(folder, { recursive: true, force: true });
});

afterAll(() => {
  rmSync(sources, { recursive: true, force: true });
  rmSync(dirname(weights), { recursive: true, force: true });
});

/** Starts a job that takes minutes and waits until its partial output is being written. */
async function start(...options: string[]): Promise<RunningCommand> {
  const args = ['deblur', clip, '-o', 'out.mp4', '--weights', weights, '--device', 'cpu', ...options];
  const running = startCommand(args, { cwd: folder });
  await waitUntil(() => running.child.exitCode !== null || /Deblurring {2}|framesDone/.test(running.said()));
  expect(running.child.exitCode).toBeNull();
  expect(readdirSync(folder)).toEqual([expect.stringMatching(/partial/)]);
  return running;
}

function pidOf({ child }: RunningCommand): number {
  if (child.pid === undefined) throw new Error('The command was not started.');
  return child.pid;
}

// A frame is announced after a few seconds without a terminal, so these tests take their time.
describe.skipIf(isMissing('ffmpeg') || process.platform === 'win32')('stopping a job', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'by %s leaves nothing and exits with 130',
    async (signal) => {
      const running = await start('--json');
      const engines = childrenOf(pidOf(running));
      running.child.kill(signal);
      const { code, stdout } = await running.outcome;
      expect(code).toBe(130);
      expect(parseEvents(stdout).at(-1)).toMatchObject({ type: 'failed', code: 'cancelled', exitCode: 130 });
      expect(readdirSync(folder)).toEqual([]);
      expect(engines).toHaveLength(1);
      expect(engines.filter(isAlive)).toEqual([]);
    },
  );

  // It is about time, of which a machine that does much else may have none to spare.
  it('by a second Ctrl-C does not wait', { retry: 3 }, async () => {
    const running = await start();
    for (const engine of childrenOf(pidOf(running))) process.kill(engine, 'SIGSTOP');
    running.child.kill('SIGINT');
    await waitUntil(() => running.said().includes('press Ctrl-C again'));
    // One key press may arrive twice, but not so late.
    await new Promise((resolve) => setTimeout(resolve, 400));
    const asked = performance.now();
    running.child.kill('SIGINT');
    expect((await running.outcome).code).toBe(130);
    expect(performance.now() - asked).toBeLessThan(2000);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('by Ctrl-C works even if the engine hangs', async () => {
    const running = await start('--json');
    for (const engine of childrenOf(pidOf(running))) process.kill(engine, 'SIGSTOP');
    running.child.kill('SIGINT');
    expect((await running.outcome).code).toBe(130);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is reported in words to a person', async () => {
    const running = await start();
    running.child.kill('SIGINT');
    const { code, stderr } = await running.outcome;
    expect(code).toBe(130);
    expect(stderr).toContain('Cancelling; press Ctrl-C again to stop at once.\n');
    expect(stderr).toMatch(/acutance: Cancelled\.\n$/);
  });
});

describe.skipIf(isMissing('ffmpeg') || process.platform !== 'linux')('processes that are killed', () => {
  it('say so when it was the engine, and clean up', async () => {
    const running = await start('--json');
    for (const engine of childrenOf(pidOf(running))) process.kill(engine, 'SIGKILL');
    const { code, stdout } = await running.outcome;
    expect(code).toBe(7);
    expect(parseEvents(stdout).at(-1)).toMatchObject({
      type: 'failed',
      code: 'engine-died',
      message: expect.stringMatching(
        /killed \(SIGKILL\) while deblurring \(\d+ of 1000 frames done\)/,
      ) as string,
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('leave nothing behind when it was the command itself', async () => {
    const running = await start('--json');
    const engines = childrenOf(pidOf(running));
    running.child.kill('SIGKILL');
    await running.outcome;
    await waitUntil(() => !engines.some(isAlive) && readdirSync(folder).length === 0);
  });

  it('stop when it was the launcher, to which the command has a channel', async () => {
    const running = await start('--json');
    running.child.disconnect();
    expect((await running.outcome).code).toBe(130);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('stop when the reader of the events goes away', async () => {
    const running = await start('--json');
    running.stdout.destroy();
    const { code } = await running.outcome;
    expect(code).toBe(130);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('stop when the reader of the progress goes away', async () => {
    const running = await start();
    running.child.stderr?.destroy();
    const { code } = await running.outcome;
    expect(code).toBe(130);
    expect(readdirSync(folder)).toEqual([]);
  });
});
