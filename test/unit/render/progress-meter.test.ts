import { describe, expect, it } from 'vitest';
import { ProgressMeter } from '../../../src/main/render/progress-meter.ts';

/** A meter whose frames take the given times, and what it says after the last one. */
function measure(total: number | undefined, seconds: readonly number[]) {
  let now = 0;
  const meter = new ProgressMeter(total, () => now);
  let progress;
  for (const each of seconds) {
    now += each * 1000;
    progress = meter.frame();
  }
  return progress;
}

describe('a progress meter', () => {
  it('gives rate and time left', () => {
    expect(measure(30, Array<number>(10).fill(0.5))).toEqual({
      framesDone: 10,
      framesTotal: 30,
      fps: 2,
      etaSeconds: 10,
    });
  });

  it('knows no time left without a total', () => {
    expect(measure(undefined, [1])).toMatchObject({
      framesDone: 1,
      framesTotal: undefined,
      etaSeconds: undefined,
    });
  });

  it('follows the last seconds, not the whole job', () => {
    const slowThenFast = [...Array<number>(20).fill(2), ...Array<number>(200).fill(0.1)];
    expect(measure(1000, slowThenFast)?.fps).toBeCloseTo(10, 5);
  });

  it('has a rate for networks slower than its window', () => {
    expect(measure(10, [30, 30])).toMatchObject({ fps: 2 / 60, etaSeconds: 240 });
  });

  it('corrects a total that was too small', () => {
    expect(measure(2, [1, 1, 1])).toMatchObject({ framesDone: 3, framesTotal: 3, etaSeconds: 0 });
  });
});
