import type { Job } from '../../../../../src/shared/api/job.ts';

/** An export under way, but for what is given. */
export function someJob(given: Partial<Job> = {}): Job {
  return {
    id: '1',
    kind: 'export',
    clip: '0'.repeat(32),
    clipName: 'street.mp4',
    range: { from: 0, to: 10 },
    state: 'running',
    framesDone: 0,
    framesTotal: 10,
    notices: [],
    createdAt: 0,
    ...given,
  };
}
