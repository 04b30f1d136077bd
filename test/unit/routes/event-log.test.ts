import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ServerEvent } from '../../../src/shared/api/events.ts';
import type { Job } from '../../../src/shared/api/job.ts';
import { EventLog } from '../../../src/main/routes/event-log.ts';

const opened = (path: string): ServerEvent => ({ type: 'open', path });

function job(id: string, framesDone: number, state: Job['state'] = 'running'): ServerEvent {
  return {
    type: 'job',
    job: {
      id,
      kind: 'preview',
      clip: '0'.repeat(32),
      clipName: 'clip.mp4',
      range: { from: 0, to: 100 },
      state,
      framesDone,
      framesTotal: 100,
      notices: [],
      createdAt: 0,
    },
  };
}

/** A page that reads when it is told to. */
class Page {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  text = '';
  ended = false;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
  }

  async read(): Promise<void> {
    const { done, value } = await this.#reader.read();
    if (done) this.ended = true;
    else this.text += new TextDecoder().decode(value);
  }

  /** Reads on until something new is known. */
  async events(): Promise<ServerEvent[]> {
    await this.read();
    return this.#fields('data').map((json) => JSON.parse(json) as ServerEvent);
  }

  get lastId(): string | undefined {
    return this.#fields('id').at(-1);
  }

  /** Lines end as the standard of server-sent events says, and nowhere else. */
  #fields(name: string): string[] {
    const lines = this.text.split(/\r\n|\r|\n/);
    return lines.filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2));
  }

  close(): Promise<void> {
    return this.#reader.cancel();
  }
}

describe('EventLog', () => {
  it('begins with a reset, tells what happens and names each event', async () => {
    const log = new EventLog({ launch: 'abc' });
    const page = new Page(log.stream(undefined));
    expect(await page.events()).toEqual([{ type: 'reset', launch: 'abc' }]);
    expect(page.text).toMatch(/^retry: \d+\n\nid: abc:0\ndata: /);
    log.emit(opened('/a'));
    expect(await page.events()).toEqual([{ type: 'reset', launch: 'abc' }, opened('/a')]);
    expect(page.lastId).toBe('abc:1');
    log.dispose();
  });

  it('keeps line breaks of names within one event', async () => {
    const log = new EventLog({ launch: 'abc' });
    const page = new Page(log.stream(undefined));
    log.emit(opened('/new\nline\r\ndata: 🦋 "quoted" \u2028'));
    expect((await page.events()).at(-1)).toEqual(opened('/new\nline\r\ndata: 🦋 "quoted" \u2028'));
    log.dispose();
  });

  it('goes on after the last event that a page saw', async () => {
    const log = new EventLog({ launch: 'abc' });
    for (const path of ['/1', '/2', '/3']) log.emit(opened(path));
    const page = new Page(log.stream('abc:1'));
    expect(await page.events()).toEqual([opened('/2'), opened('/3')]);
    const upToDate = new Page(log.stream('abc:3'));
    log.emit(opened('/4'));
    expect(await upToDate.events()).toEqual([opened('/4')]);
    log.dispose();
  });

  it.each([
    ['of another launch', 'other:3'],
    ['of the future', 'abc:4'],
    ['no longer kept', 'abc:0'],
    ['that is no number', 'abc:x'],
    ['with more behind it', 'abc:3:1'],
    ['that is empty', ''],
    ['that is far too long', `abc:${'9'.repeat(90)}`],
  ])('starts anew after an id %s', async (_what, id) => {
    const log = new EventLog({ launch: 'abc', capacity: 2 });
    for (const path of ['/1', '/2', '/3']) log.emit(opened(path));
    const page = new Page(log.stream(id));
    expect(await page.events()).toEqual([{ type: 'reset', launch: 'abc' }]);
    expect(page.lastId).toBe('abc:3');
    log.dispose();
  });

  it('tells every page that starts anew what still holds, and no other', async () => {
    const problem = { code: 'disk-full', message: 'The disk is full.' } as const;
    const log = new EventLog({ launch: 'abc', standing: () => [{ type: 'problem', problem }] });
    const fresh = new Page(log.stream(undefined));
    expect(await fresh.events()).toEqual([
      { type: 'reset', launch: 'abc' },
      { type: 'problem', problem },
    ]);
    const back = new Page(log.stream('abc:0'));
    log.emit(opened('/1'));
    expect(await back.events()).toEqual([opened('/1')]);
    log.dispose();
  });

  it('tells two pages the same, each at its own pace', async () => {
    const log = new EventLog({ launch: 'abc' });
    const quick = new Page(log.stream('abc:0'));
    const slow = new Page(log.stream('abc:0'));
    log.emit(opened('/1'));
    expect(await quick.events()).toEqual([opened('/1')]);
    log.emit(opened('/2'));
    expect(await quick.events()).toEqual([opened('/1'), opened('/2')]);
    expect(await slow.events()).toEqual([opened('/1'), opened('/2')]);
    log.dispose();
  });

  it('drops a page that falls behind, and keeps nothing for it', async () => {
    const log = new EventLog({ launch: 'abc', capacity: 10 });
    const stuck = new Page(log.stream(undefined));
    for (let index = 0; index < 10; index++) log.emit(opened(`/${index}`));
    expect(log.readers).toBe(1);
    log.emit(opened('/one too many'));
    expect(log.readers).toBe(0);
    await stuck.read();
    expect(stuck.ended).toBe(true);
    log.dispose();
  });

  it('leaves no listener behind after 100 pages came and went', async () => {
    const log = new EventLog({ launch: 'abc' });
    for (let index = 0; index < 100; index++) {
      const abort = new AbortController();
      const page = new Page(log.stream(undefined, abort.signal));
      await page.read();
      // Half of them wait for an event when they go.
      const waiting = index % 2 === 0 ? page.read() : undefined;
      if (index % 3 === 0) abort.abort();
      else await page.close();
      await waiting;
    }
    expect(log.readers).toBe(0);
    log.emit(opened('/1'));
    log.dispose();
  });

  it('never listens for a request that was given up before', () => {
    const log = new EventLog({ launch: 'abc' });
    log.stream(undefined, AbortSignal.abort());
    expect(log.readers).toBe(0);
  });

  it('ends every stream when it is disposed of', async () => {
    const log = new EventLog({ launch: 'abc' });
    const page = new Page(log.stream('abc:0'));
    const waiting = page.read();
    log.dispose();
    await waiting;
    expect(page.ended).toBe(true);
    expect(log.readers).toBe(0);
    const late = new Page(log.stream('abc:0'));
    await late.read();
    expect(late.ended).toBe(true);
  });

  describe('with time passing', () => {
    beforeEach(() => void vi.useFakeTimers());
    afterEach(() => void vi.useRealTimers());

    it('sends a comment every 15 seconds, which is no event', async () => {
      const log = new EventLog({ launch: 'abc' });
      const page = new Page(log.stream('abc:0'));
      await page.read();
      expect(page.text).toBe('retry: 1000\n\n');
      const next = page.read();
      await vi.advanceTimersByTimeAsync(15_000);
      await next;
      expect(page.text).toBe('retry: 1000\n\n: still here\n\n');
      log.dispose();
    });

    it('thins out the progress of a job to ten a second and never holds back its end', async () => {
      const log = new EventLog({ launch: 'abc' });
      const page = new Page(log.stream('abc:0'));
      for (let frame = 1; frame <= 100; frame++) {
        log.emit(job('a', frame));
        await vi.advanceTimersByTimeAsync(10);
      }
      log.emit(job('a', 100, 'done'));
      const events = await page.events();
      const done = events.map((event) => (event.type === 'job' ? event.job.framesDone : -1));
      expect(events.at(-1)).toEqual(job('a', 100, 'done'));
      expect(done.length).toBeLessThanOrEqual(13);
      expect(done.length).toBeGreaterThanOrEqual(10);
      expect(done).toEqual([...done].sort((a, b) => a - b));
      await vi.advanceTimersByTimeAsync(1000);
      log.emit(opened('/after'));
      const later = await page.events();
      expect(later.slice(events.length)).toEqual([opened('/after')]);
      log.dispose();
    });

    it('tells the last progress of a job that then rests', async () => {
      const log = new EventLog({ launch: 'abc' });
      const page = new Page(log.stream('abc:0'));
      log.emit(job('a', 1));
      log.emit(job('a', 2));
      log.emit(job('b', 7));
      log.emit(job('a', 3));
      await vi.advanceTimersByTimeAsync(100);
      expect(await page.events()).toEqual([job('a', 1), job('b', 7), job('a', 3)]);
      log.dispose();
    });

    it('says nothing more of a job that was removed', async () => {
      const log = new EventLog({ launch: 'abc' });
      const page = new Page(log.stream('abc:0'));
      log.emit(job('a', 1));
      log.emit(job('a', 2));
      log.emit({ type: 'job-removed', job: 'a' });
      await vi.advanceTimersByTimeAsync(1000);
      log.emit(opened('/after'));
      expect(await page.events()).toEqual([job('a', 1), { type: 'job-removed', job: 'a' }, opened('/after')]);
      log.dispose();
    });
  });
});
