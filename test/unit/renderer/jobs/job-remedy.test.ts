import { describe, expect, it } from 'vitest';
import type { JobOrder } from '../../../../src/shared/api/job.ts';
import { remedyOf } from '../../../../src/renderer/jobs/job-remedy.ts';

const order: JobOrder = {
  kind: 'export',
  clip: '0'.repeat(32),
  deblur: null,
  range: null,
  preset: 'h264',
  output: '/out/clip.mp4',
  overwrite: false,
  allowDamaged: false,
};

describe('what is offered for a job that failed', () => {
  it('replaces a file that exists, once that is agreed', () => {
    expect(remedyOf('output-exists', order)).toEqual({
      label: 'Replace the file',
      order: { ...order, overwrite: true },
    });
    expect(remedyOf('output-exists', { ...order, overwrite: true })).toBeUndefined();
  });

  it('exports what a damaged clip still holds', () => {
    expect(remedyOf('input-corrupt', order)?.order).toEqual({ ...order, allowDamaged: true });
    expect(remedyOf('input-corrupt', { ...order, allowDamaged: true })).toBeUndefined();
  });

  it('is nothing for other problems and for previews', () => {
    expect(remedyOf('disk-full', order)).toBeUndefined();
    const preview: JobOrder = {
      kind: 'preview',
      clip: order.clip,
      deblur: { network: 'n', size: 's', stages: 1, device: 'auto', strength: 1 },
      range: { from: 0, to: 1 },
    };
    expect(remedyOf('input-corrupt', preview)).toBeUndefined();
  });
});
