import { describe, expect, it } from 'vitest';
import { LivePreviews, missingRanges, type PreviewOrder } from '../../../src/main/render/preview-order.ts';
import { DEFAULT_DEBLUR_SETTINGS } from '../../../src/shared/settings.ts';

const CLIP = 'c'.repeat(32);

function order(change: Partial<PreviewOrder> = {}): PreviewOrder {
  const deblur = { ...DEFAULT_DEBLUR_SETTINGS, strength: 1 };
  return { kind: 'preview', clip: CLIP, deblur, range: { from: 10, to: 20 }, ...change };
}

describe('what a preview has to render', () => {
  it('is the range, from its start where nothing else is asked for', () => {
    expect(missingRanges(order(), [])).toEqual([{ from: 10, to: 20 }]);
  });

  it('begins at the start frame, goes to the end, and then takes what is before', () => {
    expect(missingRanges(order({ startAt: 14 }), [])).toEqual([
      { from: 14, to: 20 },
      { from: 10, to: 14 },
    ]);
  });

  it.each([
    [3, [{ from: 10, to: 20 }]],
    [
      50,
      [
        { from: 19, to: 20 },
        { from: 10, to: 19 },
      ],
    ],
  ])('takes the nearest frame of the range where the start frame %i is outside', (startAt, expected) => {
    expect(missingRanges(order({ startAt }), [])).toEqual(expected);
  });

  it('leaves out what is rendered', () => {
    const rendered = [
      { from: 0, to: 11 },
      { from: 13, to: 16 },
    ];
    expect(missingRanges(order({ startAt: 14 }), rendered)).toEqual([
      { from: 16, to: 20 },
      { from: 11, to: 13 },
    ]);
    expect(missingRanges(order(), [{ from: 0, to: 20 }])).toEqual([]);
  });
});

describe('previews under way', () => {
  it('know an order that changes nothing; strength is for the screen', () => {
    const live = new LivePreviews();
    live.add(order(), 'job1');
    expect(live.same(order())).toBe('job1');
    expect(live.same(order({ deblur: { ...DEFAULT_DEBLUR_SETTINGS, strength: 0.5 } }))).toBe('job1');
  });

  it.each([
    ['settings', order({ deblur: { ...DEFAULT_DEBLUR_SETTINGS, stages: 1, strength: 1 } })],
    ['range', order({ range: { from: 10, to: 21 } })],
    ['start', order({ startAt: 12 })],
  ])('tell an order with another %s apart, for which they make room', (_, other) => {
    const live = new LivePreviews();
    live.add(order(), 'job1');
    expect(live.same(other)).toBeUndefined();
    expect(live.of(CLIP)).toBe('job1');
  });

  it('do not mistake the end of an earlier job for that of the present one', () => {
    const live = new LivePreviews();
    live.add(order(), 'job1');
    live.add(order({ startAt: 12 }), 'job2');
    live.ended({ clip: CLIP, id: 'job1' });
    expect(live.of(CLIP)).toBe('job2');
    live.ended({ clip: CLIP, id: 'job2' });
    expect(live.of(CLIP)).toBeUndefined();
  });
});
