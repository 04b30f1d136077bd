import { describe, expect, it } from 'vitest';
import { deblurAction } from '../../../../src/renderer/inspector/deblur-action.ts';

const range = { from: 10, to: 76 };

describe('the button that deblurs', () => {
  it('says how many frames it is about', () => {
    expect(deblurAction({ range, rendered: 0, ready: true })).toEqual({
      label: 'Deblur 66 frames',
      enabled: true,
    });
    expect(deblurAction({ range: { from: 3, to: 4 }, rendered: 0, ready: true }).label).toBe(
      'Deblur 1 frame',
    );
  });

  it('says how many are left', () => {
    expect(deblurAction({ range, rendered: 54, ready: true })).toEqual({
      label: 'Deblur remaining 12',
      enabled: true,
    });
  });

  it('has nothing to do when all are deblurred', () => {
    const done = { label: 'All frames deblurred', enabled: false };
    expect(deblurAction({ range, rendered: 66, ready: true })).toEqual(done);
    expect(deblurAction({ range: { from: 3, to: 4 }, rendered: 1, ready: true })).toEqual({
      label: 'Frame is deblurred',
      enabled: false,
    });
  });

  it('waits while the settings can’t be carried out', () => {
    expect(deblurAction({ range, rendered: 0, ready: false }).enabled).toBe(false);
  });
});
