import { join } from 'node:path';
import { arvo } from '../../src/networks/archs/arvo/arvo.ts';
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

/** Its first level alone has 57,600 x 14,400 correlations, 3.3 GB: they must never all be held. */
const allRangeMatching: BenchCase = {
  name: 'memory: ARVo at 720p on the CPU',
  missing: whyNot(),
  async run(folder) {
    const network = ['--network', arvo.id, '--size', 'paper', '--stages', '2'];
    const weights = ['--weights', writeWeights(folder, 'paper', arvo)];
    const output = ['--output', join(folder, 'arvo.mkv'), '--preset', 'ffv1'];
    const clip = writeClip(folder, 1, 720, 1280);
    const parameters = ['deblur', clip, ...output, ...network, ...weights, '--device', 'cpu'];
    const { peakBytes } = await measure(parameters);
    return [{ what: 'one frame, two stages', value: peakBytes / GIGABYTE, unit: 'GB', bound: atMost(4) }];
  },
};

export const cases: readonly BenchCase[] = [longClip, allRangeMatching];
