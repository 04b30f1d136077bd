import { describe, expect, it } from 'vitest';
import { scoresAsCsv } from '../../../src/main/evaluation/score-csv.ts';
import { scoresAsSvg } from '../../../src/main/evaluation/score-plot.ts';
import { meanOfClips } from '../../../src/main/evaluation/scores.ts';
import type { EvaluatedFrame } from '../../../src/shared/evaluation.ts';

function frame(name: string, input: number, output?: number): EvaluatedFrame {
  const quality = (psnr: number) => ({
    psnr,
    ssim: psnr / 100,
    aligned: { psnr: psnr + 1, ssim: psnr / 50, right: 2, down: -1 },
  });
  return { name, input: quality(input), output: output === undefined ? undefined : quality(output) };
}

const frames = [frame('1.png', 20, 30), frame('2.png', 22, Infinity), frame('3.png', 24, 28)];
const clip = { name: 'a "b", c', width: 64, height: 48, frames, mean: meanOfClips([frames]) };

describe('means', () => {
  it('are over all frames; aligned ones leave out the first of every clip', () => {
    const mean = meanOfClips([frames.slice(0, 2), [frame('x', 30)]]);
    expect(mean.frames).toBe(3);
    expect(mean.input.psnr).toBeCloseTo(24);
    expect(mean.input.ssim).toBeCloseTo(0.24);
    expect(mean.input.aligned?.psnr).toBeCloseTo((23 + 31) / 2);
  });

  it('have no output where there was no network', () => {
    expect(meanOfClips([[frame('x', 30)]]).output).toBeUndefined();
  });
});

describe('a table for programs', () => {
  it('has a line per frame and a column per score', () => {
    expect(scoresAsCsv([clip]).split('\r\n')).toEqual([
      'clip,frame,input_psnr,input_ssim,input_aligned_psnr,input_aligned_ssim,input_right,input_down,' +
        'output_psnr,output_ssim,output_aligned_psnr,output_aligned_ssim,output_right,output_down',
      '"a ""b"", c",1.png,20,0.2,21,0.4,2,-1,30,0.3,31,0.6,2,-1',
      '"a ""b"", c",2.png,22,0.22,23,0.44,2,-1,inf,inf,inf,inf,2,-1',
      '"a ""b"", c",3.png,24,0.24,25,0.48,2,-1,28,0.28,29,0.56,2,-1',
      '',
    ]);
  });

  it('has no columns for what was not measured', () => {
    const plain = { ...clip, frames: [{ name: '0', input: { psnr: 30.123456789, ssim: 0.9 } }] };
    expect(scoresAsCsv([plain])).toBe('clip,frame,input_psnr,input_ssim\r\n"a ""b"", c",0,30.123457,0.9\r\n');
  });
});

describe('a plot', () => {
  it('has a curve per score and clip, with a point per frame', () => {
    const svg = scoresAsSvg([clip, { ...clip, name: '<two>' }]);
    const curves = [...svg.matchAll(/<polyline points="([^"]*)"/g)].map(([, points = '']) =>
      points.split(' '),
    );
    expect(curves.length).toBe(2 * 4 * 2);
    for (const points of curves) expect(points.length).toBe(3);
    expect(svg).toContain('&lt;two&gt;');
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('puts higher scores higher', () => {
    const plain = frames.map(({ name, input }) => ({ name, input: { psnr: input.psnr, ssim: input.ssim } }));
    const [points = ''] = [...scoresAsSvg([{ ...clip, frames: plain }]).matchAll(/points="([^"]*)"/g)].map(
      ([, found = '']) => found,
    );
    const heights = points.split(' ').map((point) => Number(point.split(',')[1]));
    expect(heights[0]).toBeGreaterThan(heights[1]!);
    expect(heights[1]).toBeGreaterThan(heights[2]!);
  });

  it('shows a lone frame', () => {
    const svg = scoresAsSvg([{ ...clip, frames: frames.slice(0, 1) }]);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    expect(svg).toContain('stroke-width="5"');
  });
});
