import { beforeEach, describe, expect, it } from 'vitest';
import { JobQueue, type JobControl } from '../../../src/main/render/job-queue.ts';
import { AcutanceError } from '../../../src/shared/errors.ts';
import type { Job } from '../../../src/shared/api/job.ts';

let told: Job[];
let removed: string[];
let idle: number;
let queue: JobQueue;

beforeEach(() => {
  told = [];
  removed = [];
  idle = 0;
  let clock = 0;
  queue = new JobQueue({
    onJob: (job) => told.push(job),
    onRemoved: (id) => removed.push(id),
    onIdle: () => idle++,
    now: () => ++clock,
  });
});

/** A job that ends when it is told to, or when it is cancelled. */
function add(kind: Job['kind'], clipName = 'clip.mp4') {
  let end = Promise.withResolvers<void>();
  let control: JobControl | undefined;
  const job = queue.add({
    job: { kind, clip: 'c'.repeat(32), clipName, range: { from: 2, to: 12 } },
    run: (given) => {
      control = given;
      end = Promise.withResolvers();
      given.signal.addEventListener('abort', () => end.reject(new AcutanceError('cancelled', 'Cancelled.')));
      return end.promise;
    },
  });
  return {
    id: job.id,
    first: job,
    end: () => end.resolve(),
    fail: (error: unknown) => end.reject(error),
    control: () => control!,
    now: () => queue.jobs.find(({ id }) => id === job.id)!,
    ended: () => queue.whenEnded(job.id),
  };
}

describe('the job queue', () => {
  it('runs one job at a time, in order', async () => {
    const [first, second] = [add('export'), add('export')];
    expect([first.now().state, second.now().state]).toEqual(['running', 'queued']);
    first.end();
    await first.ended();
    expect([first.now().state, second.now().state]).toEqual(['done', 'running']);
    second.end();
    await second.ended();
    expect(idle).toBe(1);
    expect(queue.jobs.map(({ id }) => id)).toEqual([first.id, second.id]);
  });

  it('takes exports before previews, and the newest preview before older ones', async () => {
    const [running, older, newer, next] = [add('export'), add('preview'), add('preview'), add('export')];
    running.end();
    await running.ended();
    expect([next, older, newer].map((job) => job.now().state)).toEqual(['running', 'queued', 'queued']);
    next.end();
    await next.ended();
    expect([older, newer].map((job) => job.now().state)).toEqual(['queued', 'running']);
  });

  it('puts a running preview back for an export, and goes on with it afterwards', async () => {
    const preview = add('preview');
    preview.control().update({ framesDone: 4, phase: 'deblurring', fps: 2 });
    const urgent = add('export', 'holiday.mov');
    expect(preview.now().notices).toEqual([
      { code: 'waiting', message: 'Makes way for the export of holiday.mov.' },
    ]);
    await expect.poll(() => urgent.now().state).toBe('running');
    expect(preview.now()).toMatchObject({ state: 'queued', framesDone: 4, phase: undefined, fps: undefined });
    urgent.end();
    await urgent.ended();
    expect(preview.now()).toMatchObject({ state: 'running', notices: [] });
    preview.end();
    await preview.ended();
    expect(preview.now().state).toBe('done');
  });

  it('cancels a preview while it is being put back', async () => {
    const [preview, urgent] = [add('preview'), add('export')];
    queue.cancel(preview.id);
    await preview.ended();
    expect(preview.now().state).toBe('cancelled');
    expect(urgent.now().state).toBe('running');
  });

  it('says of a preview that it waits for an export, until it runs', async () => {
    const [running, preview] = [add('export', 'holiday.mov'), add('preview')];
    expect(preview.now().notices).toEqual([
      { code: 'waiting', message: 'Waits until the export of holiday.mov has ended.' },
    ]);
    running.end();
    await running.ended();
    expect(preview.now()).toMatchObject({ state: 'running', notices: [] });
  });

  it('tells every change with the whole job', async () => {
    const job = add('preview');
    job.control().update({ phase: 'deblurring', framesDone: 4, fps: 2, etaSeconds: 3 });
    job.end();
    await job.ended();
    expect(
      told.map(({ state, framesDone, framesTotal, fps }) => [state, framesDone, framesTotal, fps]),
    ).toEqual([
      ['queued', 0, 10, undefined],
      ['running', 0, 10, undefined],
      ['running', 4, 10, 2],
      ['done', 4, 10, undefined],
    ]);
    const { createdAt, startedAt, endedAt, phase } = job.now();
    expect([createdAt, startedAt, endedAt, phase]).toEqual([1, 2, 3, undefined]);
  });

  it('keeps what went wrong and goes on with the next', async () => {
    const [bad, next] = [add('export'), add('export')];
    bad.fail(new AcutanceError('engine-died', 'The engine was killed.', { hint: 'Try again.' }));
    await bad.ended();
    expect(bad.now()).toMatchObject({
      state: 'failed',
      problem: { code: 'engine-died', message: 'The engine was killed.', hint: 'Try again.' },
    });
    expect(next.now().state).toBe('running');
  });

  it('cancels a job that waits at once and one that runs when it lets go', async () => {
    const [running, waiting] = [add('export'), add('export')];
    expect(queue.cancel(waiting.id).state).toBe('cancelled');
    expect(queue.cancel(running.id).state).toBe('running');
    await running.ended();
    expect(running.now()).toMatchObject({ state: 'cancelled' });
    expect(running.now().problem).toBeUndefined();
    expect(queue.cancel(running.id).state).toBe('cancelled');
  });

  it('removes ended jobs only', async () => {
    const job = add('export');
    expect(() => queue.remove(job.id)).toThrow(expect.objectContaining({ code: 'usage' }));
    job.end();
    await job.ended();
    queue.remove(job.id);
    expect(queue.jobs).toEqual([]);
    expect(removed).toEqual([job.id]);
    expect(() => queue.cancel(job.id)).toThrow(expect.objectContaining({ code: 'not-found' }));
  });

  it('ends everything when it is disposed of, and takes nothing new', async () => {
    const [running, waiting] = [add('preview'), add('export')];
    await queue.dispose();
    await Promise.all([running.ended(), waiting.ended()]);
    expect([running.now().state, waiting.now().state]).toEqual(['cancelled', 'cancelled']);
    expect(() => add('preview')).toThrow(expect.objectContaining({ code: 'cancelled' }));
  });

  it('forgets the oldest of very many ended jobs', async () => {
    for (let i = 0; i < 205; i++) {
      const job = add('preview');
      job.end();
      await job.ended();
    }
    expect(queue.jobs.length).toBeLessThanOrEqual(201);
    expect(removed.length).toBeGreaterThanOrEqual(4);
  });
});
