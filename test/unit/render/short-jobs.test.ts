import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runDevices } from '../../../src/main/render/devices-job.ts';
import type { JobContext } from '../../../src/main/render/engine-server.ts';
import { runProbe } from '../../../src/main/render/probe-job.ts';
import { AcutanceError } from '../../../src/shared/errors.ts';

const CANCELLED = new AcutanceError('cancelled', 'Cancelled.');

const context: JobContext = {
  signal: AbortSignal.abort(CANCELLED),
  phase: () => undefined,
  progress: () => undefined,
  notice: () => undefined,
  rendered: () => undefined,
  cut: () => undefined,
  temporary: () => undefined,
};

describe('a short job that was cancelled while it ran', () => {
  it('gives no description of a clip', async () => {
    const input = fileURLToPath(new URL('../../fixtures/media/vfr.mp4', import.meta.url));
    await expect(runProbe({ input }, context)).rejects.toBe(CANCELLED);
  });

  it('gives no list of devices', async () => {
    await expect(runDevices({}, context)).rejects.toBe(CANCELLED);
  });
});
