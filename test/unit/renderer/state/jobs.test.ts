import { describe, expect, it } from 'vitest';
import { Jobs } from '../../../../src/renderer/state/jobs.svelte.ts';
import type { Job } from '../../../../src/shared/api/job.ts';
import { CLIP } from '../support/clip.ts';
import { FakeServer } from '../support/server.ts';

const job = (id: string, state: Job['state'], framesDone = 0): Job => ({
  id,
  kind: 'preview',
  clip: CLIP.id,
  clipName: 'a.mp4',
  range: { from: 0, to: 10 },
  state,
  framesDone,
  framesTotal: 10,
  notices: [],
  createdAt: Number(id),
});

describe('Jobs', () => {
  it('replaces a job by what is told of it, in its place', () => {
    const jobs = new Jobs(new FakeServer().client);
    jobs.apply(job('1', 'running'));
    jobs.apply(job('2', 'queued'));
    jobs.apply(job('1', 'done', 10));
    expect(jobs.all.map(({ id, state }) => `${id} ${state}`)).toEqual(['1 done', '2 queued']);
    expect(jobs.active.map(({ id }) => id)).toEqual(['2']);
  });

  it('knows how far all active ones are together', () => {
    const jobs = new Jobs(new FakeServer().client);
    expect(jobs.progress).toBeUndefined();
    jobs.apply(job('1', 'running', 5));
    jobs.apply(job('2', 'queued', 0));
    jobs.apply(job('3', 'done', 10));
    expect(jobs.progress).toBe(0.25);
  });

  it('tells once that a job has ended', () => {
    const ended: string[] = [];
    const jobs = new Jobs(new FakeServer().client, ({ id }) => ended.push(id));
    jobs.apply(job('1', 'running'));
    jobs.apply(job('1', 'failed'));
    jobs.apply(job('1', 'failed'));
    expect(ended).toEqual(['1']);
  });

  it('finds the preview of a clip that is not done yet', () => {
    const jobs = new Jobs(new FakeServer().client);
    jobs.apply(job('1', 'done'));
    jobs.apply(job('2', 'running'));
    expect(jobs.previewOf(CLIP.id)?.id).toBe('2');
    expect(jobs.previewOf('d'.repeat(32))).toBeUndefined();
  });

  it('lets what was told while the list was under way stand over the list', async () => {
    const server = new FakeServer();
    server.jobs = [job('1', 'running'), job('2', 'running'), job('3', 'running')];
    const jobs = new Jobs(server.client);
    const refreshed = jobs.refresh();
    jobs.apply(job('2', 'done'));
    jobs.forget('3');
    await refreshed;
    expect(jobs.all.map(({ id, state }) => `${id} ${state}`)).toEqual(['1 running', '2 done']);
  });

  it('forgets after a restart what the new server does not know', async () => {
    const jobs = new Jobs(new FakeServer().client);
    jobs.apply(job('1', 'running'));
    await jobs.refresh();
    expect(jobs.all).toEqual([]);
  });
});
