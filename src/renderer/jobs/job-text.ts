import type { Job } from '../../shared/api/job.ts';
import {
  formatBytes,
  formatCount,
  formatFrames,
  formatSpan,
  formatSpeed,
  formatTimeLeft,
} from '../design/format.ts';

const PHASES: Readonly<Record<NonNullable<Job['phase']>, string>> = {
  starting: 'Starting the engine',
  opening: 'Opening the clip',
  loading: 'Loading the network',
  deblurring: 'Deblurring',
  inspecting: 'Looking inside the network',
  copying: 'Copying frames',
  comparing: 'Comparing frames',
  averaging: 'Averaging frames',
  finishing: 'Finishing the file',
};

/** Whether there is still something to come of a job. */
export function isActive({ state }: Pick<Job, 'state'>): boolean {
  return state === 'queued' || state === 'running';
}

/** What a job is doing or how it ended, in words. */
export function jobStatus(job: Job): string {
  switch (job.state) {
    case 'queued':
      return 'Waiting';
    case 'running':
      return job.phase === undefined ? 'Starting' : PHASES[job.phase];
    case 'done':
      return job.kind === 'export' ? 'Exported' : 'Deblurred';
    case 'failed':
      return 'Failed';
    case 'cancelled':
      return 'Cancelled';
  }
}

/** 0 to 1; undefined while a running job can't say how far it is. */
export function jobFraction(job: Job): number | undefined {
  if (job.state === 'done') return 1;
  if (job.framesTotal > 0 && job.framesDone > 0) return Math.min(1, job.framesDone / job.framesTotal);
  return job.state === 'running' ? undefined : 0;
}

/** `12 of 66 frames`; once it is done, `66 frames`. */
export function jobFrames({ state, framesDone, framesTotal }: Job): string {
  if (state === 'done' || framesTotal === 0) return formatFrames(framesTotal);
  return `${formatCount(framesDone)} of ${formatFrames(framesTotal)}`;
}

/** How fast it goes and how long it takes, or how long it took and what came of it. */
export function jobFigures(job: Job): string[] {
  if (job.state === 'running') {
    return [
      ...(job.fps === undefined || job.fps <= 0 ? [] : [formatSpeed(job.fps)]),
      ...(job.etaSeconds === undefined ? [] : [formatTimeLeft(job.etaSeconds)]),
    ];
  }
  if (job.state !== 'done') return [];
  const took =
    job.startedAt === undefined || job.endedAt === undefined
      ? []
      : [`took ${formatSpan((job.endedAt - job.startedAt) / 1000)}`];
  return [...took, ...(job.outputBytes === undefined ? [] : [formatBytes(job.outputBytes)])];
}

/** Jobs as they are listed: what runs, what waits in its order, then what has ended, newest first. */
export function listedJobs(jobs: readonly Job[]): Job[] {
  const rank = ({ state }: Job) => (state === 'running' ? 0 : state === 'queued' ? 1 : 2);
  const ended = (job: Job) => job.endedAt ?? job.createdAt;
  return jobs.toSorted(
    (a, b) => rank(a) - rank(b) || (isActive(a) ? a.createdAt - b.createdAt : ended(b) - ended(a)),
  );
}
