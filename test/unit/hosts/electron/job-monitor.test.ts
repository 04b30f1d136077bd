import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { eventsOf } from '../../../../src/main/hosts/electron/event-stream.ts';
import { JobMonitor } from '../../../../src/main/hosts/electron/job-monitor.ts';
import { PowerSaver } from '../../../../src/main/hosts/electron/power-saver.ts';
import type { Job } from '../../../../src/shared/api/job.ts';
import type { ServerEvent } from '../../../../src/shared/api/events.ts';
import { someJob } from './support/some-job.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

/** Everything that waits for nothing but promises and streams has come to its end. */
async function settled(): Promise<void> {
  for (let turns = 0; turns < 10; turns += 1) await turn();
}

/** A stream of the given pieces, cut where the pieces end. */
function stream(...pieces: readonly (string | Uint8Array)[]): ReadableStream<Uint8Array> {
  return ReadableStream.from(pieces.map((piece) => (typeof piece === 'string' ? bytes(piece) : piece)));
}

describe('a stream of events', () => {
  const read = async (...pieces: readonly (string | Uint8Array)[]) =>
    await Array.fromAsync(eventsOf(stream(...pieces)));

  it('is read however it is cut', async () => {
    const text = `id: x:1\nevent: message\ndata: {"type":"reset","launch":"ä"}\n\n: beat\n\ndata: {"type":"job-removed","job":"7"}\n\n`;
    const expected = [
      { type: 'reset', launch: 'ä' },
      { type: 'job-removed', job: '7' },
    ];
    expect(await read(text)).toEqual(expected);
    expect(await read(...Array.from(bytes(text), (byte) => new Uint8Array([byte])))).toEqual(expected);
    expect(await read(text.replaceAll('\n', '\r\n'))).toEqual(expected);
  });

  it('joins data of several lines, and leaves out what is not known', async () => {
    expect(
      await read('data: {"type":"reset",\ndata:"launch":"a"}\n\ndata: {"type":"news"}\n\ndata: {\n\n'),
    ).toEqual([{ type: 'reset', launch: 'a' }]);
  });
});

describe('the monitor of jobs', () => {
  let monitor: JobMonitor | undefined;
  const onExporting = vi.fn();
  const onExported = vi.fn();

  afterEach(() => {
    monitor?.dispose();
    onExporting.mockClear();
    onExported.mockClear();
  });

  /** An application whose event stream the test writes; each connection begins with what it is given. */
  function follow(jobs: () => readonly Job[] = () => []) {
    const streams: ReadableStreamDefaultController<Uint8Array>[] = [];
    const emit = async (event: ServerEvent): Promise<void> => {
      streams.at(-1)?.enqueue(bytes(`data: ${JSON.stringify(event)}\n\n`));
      await settled();
    };
    const fetch = async (request: Request): Promise<Response> => {
      if (request.url.endsWith('/api/jobs')) return Response.json(jobs());
      return new Response(new ReadableStream({ start: (controller) => void streams.push(controller) }));
    };
    monitor = new JobMonitor({ fetch, onExporting, onExported, retryMs: 5 });
    void monitor.follow();
    return { emit, streams };
  }

  it('tells when the first export begins and the last one ends', async () => {
    const { emit } = follow();
    await settled();
    await emit({ type: 'job', job: someJob({ id: '1', state: 'queued' }) });
    await emit({ type: 'job', job: someJob({ id: '1', state: 'running' }) });
    await emit({ type: 'job', job: someJob({ id: '2', state: 'running' }) });
    expect(monitor?.exports.map(({ id }) => id)).toEqual(['1', '2']);
    await emit({ type: 'job', job: someJob({ id: '1', state: 'done' }) });
    expect(onExporting.mock.calls).toEqual([[true]]);
    await emit({ type: 'job', job: someJob({ id: '2', state: 'failed' }) });
    expect(onExporting.mock.calls).toEqual([[true], [false]]);
    expect(onExported.mock.calls.map(([job]) => (job as Job).state)).toEqual(['done', 'failed']);
  });

  it('does not mind previews, nor exports that ended before it looked', async () => {
    const { emit } = follow(() => [someJob({ id: '3', state: 'done' })]);
    await settled();
    await emit({ type: 'reset', launch: 'a' });
    await emit({ type: 'job', job: someJob({ id: '1', kind: 'preview', state: 'running' }) });
    await emit({ type: 'job', job: someJob({ id: '3', state: 'done' }) });
    expect(onExporting).not.toHaveBeenCalled();
    expect(onExported).not.toHaveBeenCalled();
  });

  it('asks for all jobs when the stream says that it forgot, and connects again when it ends', async () => {
    let jobs = [someJob({ id: '1', state: 'running' })];
    const { emit, streams } = follow(() => jobs);
    await settled();
    await emit({ type: 'reset', launch: 'a' });
    expect(onExporting.mock.calls).toEqual([[true]]);
    jobs = [];
    streams[0]?.error(new Error('lost'));
    await vi.waitFor(() => expect(streams).toHaveLength(2), 20_000);
    await emit({ type: 'reset', launch: 'b' });
    expect(onExporting.mock.calls).toEqual([[true], [false]]);
  });
});

describe('the machine', () => {
  it('is kept awake once, while there is work', () => {
    const blocker = { start: vi.fn(() => 0), stop: vi.fn() };
    const saver = new PowerSaver(blocker);
    saver.working = false;
    saver.working = true;
    saver.working = true;
    expect(blocker.start.mock.calls).toEqual([['prevent-app-suspension']]);
    saver.working = false;
    saver.working = false;
    expect(blocker.stop.mock.calls).toEqual([[0]]);
  });
});
