import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EngineClient } from '../../src/main/render/engine-client.ts';
import { AcutanceError } from '../../src/shared/errors.ts';
import type { JobEvent } from '../../src/shared/engine-protocol.ts';
import type { StubJobs } from '../unit/render/stub-engine.ts';
import { isAlive, waitUntil } from './support/command-line.ts';

const ENTRY = new URL('../unit/render/stub-engine.ts', import.meta.url);

let folder: string;
let temporary: string;
let client: EngineClient<StubJobs>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'acutance-engine-'));
  temporary = join(folder, 'partial.mp4');
  client = clientOf();
});

/** A supervisor that is patient with what it cancels, unless it is told not to be. */
function clientOf(graceMs = 60_000): EngineClient<StubJobs> {
  return new EngineClient<StubJobs>({ entry: ENTRY, graceMs });
}

afterEach(async () => {
  await client.dispose();
  rmSync(folder, { recursive: true, force: true });
});

async function failure(promise: Promise<unknown>): Promise<AcutanceError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(AcutanceError);
  return error as AcutanceError;
}

/** Starts a job and resolves when it is in its main phase. */
async function begin(kind: 'work' | 'stick', signal?: AbortSignal) {
  const { promise: underway, resolve } = Promise.withResolvers<void>();
  const events: JobEvent[] = [];
  const outcome = client.run(
    kind,
    { temporary },
    {
      signal,
      onEvent: (event) => {
        events.push(event);
        if (event.type === 'phase' && event.phase === 'deblurring') resolve();
      },
    },
  );
  outcome.catch(() => undefined);
  await underway;
  await waitUntil(() => existsSync(temporary));
  return { outcome, events };
}

describe('a job in the engine process', () => {
  it('runs in another process and returns its result', async () => {
    const request = { bytes: new Uint8Array([1, 2, 3]), ticks: 2n ** 60n };
    expect(await client.run('echo', request)).toEqual(request);
    expect(client.pid).not.toBe(process.pid);
  });

  it('keeps one engine for job after job', async () => {
    await client.run('echo', 1);
    const first = client.pid;
    await client.run('echo', 2);
    expect(client.pid).toBe(first);
  });

  it('fails with the code, message and hint of the job', async () => {
    const error = await failure(client.run('refuse', null));
    expect(error.toProblem()).toEqual({
      code: 'input-corrupt',
      message: 'The clip is damaged.',
      hint: 'Get another copy.',
    });
  });

  it('reports a defect as internal, with the stack of where it happened', async () => {
    const error = await failure(client.run('trip', null));
    expect(error.code).toBe('internal');
    expect(error.stack).toContain('stub-engine.ts');
  });
});

describe('an engine that dies', () => {
  it('is reported with the signal, the phase and the frame, and its partial file is removed', async () => {
    const { outcome, events } = await begin('work');
    await waitUntil(() => events.some((event) => event.type === 'progress'));
    process.kill(client.pid ?? 0, 'SIGKILL');
    const error = await failure(outcome);
    expect(error.code).toBe('engine-died');
    expect(error.message).toMatch(/was killed \(SIGKILL\) while deblurring \(\d+ of 1000 frames done\)/);
    expect(error.hint).toMatch(/memory/);
    expect(existsSync(temporary)).toBe(false);
  });

  it('is replaced for the next job', async () => {
    const { outcome } = await begin('stick');
    process.kill(client.pid ?? 0, 'SIGKILL');
    await failure(outcome);
    expect(await client.run('echo', 'again')).toBe('again');
  });

  it('is told by its exit code when it ended by itself', async () => {
    const error = await failure(client.run('exit', 9));
    expect(error.message).toContain('ended unexpectedly (exit code 9) while starting');
  });

  it('is told as a crash, with the last output as the cause', async () => {
    const error = await failure(client.run('abort', null));
    expect(error.message).toContain('crashed (SIGABRT)');
    expect(error.hint).toContain('out of memory');
    expect(String(error.cause)).toContain('native library: out of memory');
  });

  it('is told when it can not be started at all', async () => {
    const missing = new EngineClient<StubJobs>({ entry: new URL('./no-such-engine.ts', import.meta.url) });
    const error = await failure(missing.run('echo', 1));
    expect(error.code).toBe('engine-died');
    expect(String(error.cause)).toContain('no-such-engine');
  });
});

describe('cancelling', () => {
  it('ends a cooperating job and keeps the engine', async () => {
    const abort = new AbortController();
    const { outcome } = await begin('work', abort.signal);
    const engine = client.pid;
    abort.abort();
    expect((await failure(outcome)).code).toBe('cancelled');
    await client.run('echo', 1);
    expect(client.pid).toBe(engine);
  });

  it('kills an engine that does not react within the grace time and removes its partial file', async () => {
    client = clientOf(300);
    const abort = new AbortController();
    const { outcome } = await begin('stick', abort.signal);
    const start = performance.now();
    abort.abort();
    expect((await failure(outcome)).code).toBe('cancelled');
    expect(performance.now() - start).toBeGreaterThan(250);
    expect(existsSync(temporary)).toBe(false);
    expect(client.pid).toBeUndefined();
  });

  it('does not start a job whose signal is already aborted', async () => {
    expect((await failure(client.run('echo', 1, { signal: AbortSignal.abort() }))).code).toBe('cancelled');
    expect(client.pid).toBeUndefined();
  });

  it('leaves no process after dispose', async () => {
    await client.run('echo', 1);
    const engine = client.pid ?? 0;
    await client.dispose();
    expect(isAlive(engine)).toBe(false);
  });
});

describe('a caller that is killed', () => {
  it.each(['work', 'stick'] as const)('takes the engine and its partial file with it (%s)', async (kind) => {
    const program = fileURLToPath(new URL('../unit/render/stub-caller.ts', import.meta.url));
    const caller = spawn(process.execPath, [program, kind, temporary], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(caller.stdout, 'data')) as [Buffer];
    const engine = Number(line.toString());
    await waitUntil(() => existsSync(temporary));
    expect(isAlive(engine)).toBe(true);
    caller.kill('SIGKILL');
    await waitUntil(() => !isAlive(engine));
    await waitUntil(() => !existsSync(temporary));
  });
});
