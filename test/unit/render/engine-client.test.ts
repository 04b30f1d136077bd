import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { EngineClient } from '../../../src/main/render/engine-client.ts';
import type { EngineListeners } from '../../../src/main/render/engine-spawner.ts';
import type { EngineEvent, EngineRequest } from '../../../src/shared/engine-protocol.ts';

type Jobs = { readonly echo: { readonly request: number; readonly result: number } };

/** A process that does what the test tells it, when the test tells it; being killed takes it a while. */
class FakeProcess {
  readonly pid: number;
  readonly heard: EngineRequest[] = [];
  killed = false;
  readonly #listeners: EngineListeners;

  constructor(pid: number, listeners: EngineListeners) {
    this.pid = pid;
    this.#listeners = listeners;
  }

  send(request: EngineRequest): void {
    this.heard.push(request);
  }

  kill(): void {
    this.killed = true;
  }

  /** Says something about the job that it was given last. */
  say(event: { readonly type: EngineEvent['type'] } & Readonly<Record<string, unknown>>): void {
    this.#listeners.message({ ...event, id: this.heard.at(-1)!.id } as EngineEvent);
  }

  print(text: string): void {
    this.#listeners.output(text);
  }

  gone(signal = 'SIGKILL'): void {
    this.#listeners.exit(null, signal);
  }
}

let processes: FakeProcess[];
let client: EngineClient<Jobs>;

beforeEach(() => {
  processes = [];
  client = new EngineClient<Jobs>({
    graceMs: 0,
    spawn: (_entry, listeners) => {
      const started = new FakeProcess(processes.length + 1, listeners);
      processes.push(started);
      return started;
    },
  });
});

async function done(number: number): Promise<void> {
  const answer = client.run('echo', number);
  processes.at(-1)!.say({ type: 'started' });
  processes.at(-1)!.say({ type: 'done', result: number });
  expect(await answer).toBe(number);
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 5));

describe('an engine on its way out', () => {
  it('is given no further job, however long it takes it', async () => {
    await done(1);
    const stopped = client.stop();
    expect(client.pid).toBeUndefined();
    await done(2);
    expect(processes.map(({ killed, heard }) => [killed, heard.length])).toEqual([
      [true, 1],
      [false, 1],
    ]);
    processes[0]!.gone();
    await stopped;
    await done(3);
    expect(processes).toHaveLength(2);
  });

  it('is left behind too where a job that was cancelled has ended just as patience was over', async () => {
    const abort = new AbortController();
    const answer = client.run('echo', 1, { signal: abort.signal });
    abort.abort();
    await turn();
    expect(processes[0]!.killed).toBe(true);
    processes[0]!.say({ type: 'failed', problem: { code: 'cancelled', message: 'Cancelled.' } });
    await expect(answer).rejects.toMatchObject({ code: 'cancelled' });
    await done(2);
    expect(processes).toHaveLength(2);
  });

  it('is waited for until its partial files are removed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'acutance-client-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const path = join(folder, 'partial.mp4');
    writeFileSync(path, '');
    const answer = client.run('echo', 1);
    answer.catch(() => undefined);
    processes[0]!.say({ type: 'temporary', path });
    const stopped = client.stop();
    processes[0]!.gone();
    await stopped;
    expect(existsSync(path)).toBe(false);
    await expect(answer).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('an engine that has died while it had nothing to do', () => {
  it('is replaced by one that does the job', async () => {
    await done(1);
    const answer = client.run('echo', 2);
    processes[0]!.gone();
    processes[1]!.say({ type: 'started' });
    processes[1]!.say({ type: 'done', result: 2 });
    expect(await answer).toBe(2);
    expect(processes[1]!.heard).toEqual(processes[0]!.heard.slice(1));
  });

  it('is replaced once: what ends the next one too is the job', async () => {
    await done(1);
    const answer = client.run('echo', 2);
    processes[0]!.print('of the first');
    processes[0]!.gone();
    processes[1]!.print('of the second');
    processes[1]!.gone('SIGSEGV');
    const failure = await answer.catch((thrown: unknown) => thrown as Error);
    expect(failure).toMatchObject({ code: 'engine-died', message: expect.stringContaining('SIGSEGV') });
    expect(String((failure as Error).cause)).toContain('of the second');
    expect(String((failure as Error).cause)).not.toContain('of the first');
    expect(processes).toHaveLength(2);
  });

  it('is not meant by one that had begun with the job', async () => {
    await done(1);
    const answer = client.run('echo', 2);
    processes[0]!.say({ type: 'started' });
    processes[0]!.gone();
    await expect(answer).rejects.toMatchObject({ code: 'engine-died' });
    expect(processes).toHaveLength(1);
  });

  it('is not replaced for a job that was cancelled', async () => {
    await done(1);
    const abort = new AbortController();
    const answer = client.run('echo', 2, { signal: abort.signal });
    abort.abort();
    processes[0]!.gone();
    await expect(answer).rejects.toMatchObject({ code: 'cancelled' });
    expect(processes).toHaveLength(1);
  });
});

describe('an engine that was disposed of', () => {
  it('is never started again', async () => {
    await done(1);
    const disposed = client.dispose();
    processes[0]!.gone();
    await disposed;
    await expect(client.run('echo', 2)).rejects.toMatchObject({ code: 'cancelled' });
    expect(processes).toHaveLength(1);
  });
});
