import { join } from 'node:path';
import { isMissing } from '../support/test-tools.ts';
import { atMost, type BenchCase } from './bench.ts';
import { writeClip, writeWeights } from './support/materials.ts';
import { measure } from './support/measured-command.ts';

const GIGABYTE = 1e9;
const SHORT = 4;
const LONG = 12;

function whyNot(): string | undefined {
  if (process.platform !== 'linux') return 'peak memory is read from /proc';
  return isMissing('ffmpeg') ? 'ffmpeg makes the clips' : undefined;
}

const longClip: BenchCase = {
  name: 'memory: a 1080p clip on the CPU',
  missing: whyNot(),
  async run(folder) {
    const weights = ['--weights', writeWeights(folder, 'lite')];
    const peaks: number[] = [];
    for (const frames of [SHORT, LONG]) {
      const clip = writeClip(folder, frames, 1080, 1920);
      const output = ['--output', join(folder, `out-${frames}.mp4`)];
      const parameters = ['deblur', clip, ...output, ...weights, '--device', 'cpu', '--stages', '2'];
      peaks.push((await measure(parameters)).peakBytes);
    }
    const [short = NaN, long = NaN] = peaks;
    return [
      { what: `${SHORT} frames`, value: short / GIGABYTE, unit: 'GB', bound: atMost(3) },
      { what: `${LONG} frames`, value: long / GIGABYTE, unit: 'GB', bound: atMost(3) },
      { what: 'the longer against the shorter', value: long / short, unit: 'x', bound: atMost(1.1) },
    ];
  },
};

export const cases: readonly BenchCase[] = [longClip];
