import { describe, expect, it } from 'vitest';
import type { Job } from '../../../../src/shared/api/job.ts';
import {
  jobFigures,
  jobFraction,
  jobFrames,
  jobStatus,
  listedJobs,
} from '../../../../src/renderer/jobs/job-text.ts';

function job(part: Partial<Job> = {}): Job {
  return {
    id: 'a',
    kind: 'preview',
    clip: '0'.repeat(32),
    clipName: 'clip.mp4',
    range: { from: 0, to: 66 },
    state: 'running',
    framesDone: 0,
    framesTotal: 66,
    notices: [],
    createdAt: 1000,
    ...part,
  };
}

describe('a job in words', () => {
  it('says what it is doing', () => {
    expect(jobStatus(job())).toBe('Starting');
    expect(jobStatus(job({ phase: 'loading' }))).toBe('Loading the network');
    expect(jobStatus(job({ phase: 'finishing' }))).toBe('Finishing the file');
    expect(jobStatus(job({ state: 'queued' }))).toBe('Waiting');
  });

  it('says how it ended', () => {
    expect(jobStatus(job({ state: 'done' }))).toBe('Deblurred');
    expect(jobStatus(job({ state: 'done', kind: 'export' }))).toBe('Exported');
    expect(jobStatus(job({ state: 'failed', phase: 'copying' }))).toBe('Failed');
    expect(jobStatus(job({ state: 'cancelled' }))).toBe('Cancelled');
  });

  it('counts its frames', () => {
    expect(jobFrames(job({ framesDone: 12 }))).toBe('12 of 66 frames');
    expect(jobFrames(job({ framesDone: 66, state: 'done' }))).toBe('66 frames');
    expect(jobFrames(job({ framesTotal: 0 }))).toBe('0 frames');
  });

  it('gives speed and time left while it runs, as far as they are known', () => {
    expect(jobFigures(job())).toEqual([]);
    expect(jobFigures(job({ fps: 0, etaSeconds: 90 }))).toEqual(['1 min 30 s left']);
    expect(jobFigures(job({ fps: 1.84, etaSeconds: 22.8 }))).toEqual(['1.84 fps', '23 s left']);
  });

  it('gives time taken and size at the end', () => {
    const done = job({ state: 'done', startedAt: 2000, endedAt: 82_000, outputBytes: 18_234_567 });
    expect(jobFigures(done)).toEqual(['took 1 min 20 s', '18.2 MB']);
    expect(jobFigures({ ...done, state: 'failed' })).toEqual([]);
  });
});

describe('how far a job is', () => {
  it('is unknown until a running job has done a frame', () => {
    expect(jobFraction(job())).toBeUndefined();
    expect(jobFraction(job({ framesDone: 33 }))).toBe(0.5);
  });

  it('is nothing for one that waits, and all for one that is done', () => {
    expect(jobFraction(job({ state: 'queued' }))).toBe(0);
    expect(jobFraction(job({ state: 'done', framesTotal: 0 }))).toBe(1);
  });

  it('is never more than all', () => {
    expect(jobFraction(job({ framesDone: 70 }))).toBe(1);
  });
});

describe('the list of jobs', () => {
  it('has what runs first, then what waits in its order, then what ended, newest first', () => {
    const jobs = [
      job({ id: 'old', state: 'done', createdAt: 1, endedAt: 10 }),
      job({ id: 'late', state: 'queued', createdAt: 5 }),
      job({ id: 'new', state: 'failed', createdAt: 2, endedAt: 20 }),
      job({ id: 'soon', state: 'queued', createdAt: 4 }),
      job({ id: 'now', createdAt: 3 }),
    ];
    expect(listedJobs(jobs).map(({ id }) => id)).toEqual(['now', 'soon', 'late', 'new', 'old']);
  });
});
