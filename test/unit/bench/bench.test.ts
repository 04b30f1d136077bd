import { describe, expect, it } from 'vitest';
import { atLeast, formatFigures, holds, isKept } from '../../bench/bench.ts';
import { convolutionTimes } from '../../bench/support/profile.ts';

describe('the table of a bench', () => {
  it('has aligned columns, and a verdict where there is a bound', () => {
    const figures = [
      { what: 'speed', value: 1234.5, unit: 'GFLOP/s' },
      { what: 'share', value: 90, unit: '%', bound: atLeast(85) },
      { what: 'frame', value: 20, unit: 'ms', beside: ['80 %', '1.0 GB'] },
    ];
    expect(formatFigures(figures)).toEqual([
      '  speed  1,234.5 GFLOP/s',
      '  share  90 %             at least 85  ok',
      '  frame  20 ms            80 %         1.0 GB',
    ]);
  });

  it('has a dash and the reason for what was not measured, however long that is', () => {
    const reason = 'Deblurring 1280x720 frames needs about 12.0 GB, but only 4.0 GB can be used.';
    const figures = [
      { what: 'large', value: undefined, unit: 'ms', beside: [reason] },
      { what: 'small', value: 20, unit: 'ms', beside: ['80 %', '1.0 GB'] },
    ];
    expect(formatFigures(figures)).toEqual([`  large  -      ${reason}`, '  small  20 ms  80 %  1.0 GB']);
  });

  it('tells what was promised, at most or at least', () => {
    const figures = [
      { what: 'frame', value: 60, unit: 'ms', promised: 50 },
      { what: 'share', value: 90, unit: '%', promised: atLeast(85) },
    ];
    expect(figures.map(isKept)).toEqual([false, true]);
    expect(formatFigures(figures)).toEqual([
      '  frame  60 ms  promised 50           NOT MET',
      '  share  90 %   promised at least 85  met',
    ]);
  });

  it('holds no bound, and keeps no promise, with nothing', () => {
    const nothing = { what: 'frame', value: undefined, unit: 'ms' };
    expect(holds({ ...nothing, bound: atLeast(0) })).toBe(false);
    expect(isKept({ ...nothing, promised: 100 })).toBe(false);
    expect(holds(nothing) && isKept(nothing)).toBe(true);
  });
});

describe('the time inside convolutions', () => {
  const node = (opType: string, dur: number) => ({
    cat: 'Node',
    name: `${opType}_kernel_time`,
    dur,
    args: { op_name: opType },
  });
  const run = { cat: 'Session', name: 'model_run', dur: 9e9, args: {} };

  it('is that of plain and transposed ones, for each run', () => {
    const first = [
      node('Conv', 1e6),
      node('ConvTranspose', 5e5),
      node('DeformConv', 7e6),
      node('Add', 3e6),
      run,
    ];
    const second = [node('FusedConv', 2e6), run];
    expect(convolutionTimes([...first, ...second])).toEqual([1.5, 2]);
  });
});
