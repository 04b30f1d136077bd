import { join } from 'node:path';
import { isMissing } from '../support/test-tools.ts';
import { atLeast, atMost, type BenchCase } from './bench.ts';
import { writeClip, writeFrames, writeWeights } from './support/materials.ts';
import { measure, quickestOf } from './support/measured-command.ts';

const deblurOnCpu: BenchCase = {
  name: 'deblur on the CPU: time inside ONNX Runtime',
  missing: isMissing('ffmpeg') ? 'ffmpeg makes the clip' : undefined,
  async run(folder) {
    const clip = writeClip(folder, 40, 360, 640);
    const weights = ['--weights', writeWeights(folder, 'lite')];
    const output = ['--output', join(folder, 'out.mp4')];
    const parameters = ['deblur', clip, ...weights, ...output, '--device', 'cpu', '--stages', '2'];
    const { seconds, jobSeconds, inferenceSeconds } = await measure(parameters);
    return [
      { what: '640x360, lite, 2 stages', value: jobSeconds / 40, unit: 's/frame' },
      { what: 'start and end of the processes', value: seconds - jobSeconds, unit: 's' },
      {
        what: 'share of the whole command',
        value: (100 * inferenceSeconds) / seconds,
        unit: '%',
        bound: atLeast(90),
      },
    ];
  },
};

const stages: BenchCase = {
  name: 'stages: two against one',
  async run(folder) {
    const frames = 16;
    const weights = ['--weights', writeWeights(folder, 'lite')];
    const input = ['--input', writeFrames(folder, frames, 360, 640), '--output', join(folder, 'out.npy')];
    const parameters = ['infer', '--size', 'lite', '--device', 'cpu', ...weights, ...input, '--stages'];
    const [one, two] = await quickestOf(3, [
      [...parameters, '1'],
      [...parameters, '2'],
    ]);
    if (one === undefined || two === undefined) throw new Error('nothing was measured');
    return [
      { what: 'one stage', value: one.jobSeconds / frames, unit: 's/frame' },
      { what: 'two stages', value: two.jobSeconds / frames, unit: 's/frame' },
      { what: 'two against one', value: two.jobSeconds / one.jobSeconds, unit: 'x', bound: atMost(2.1) },
      {
        what: 'two against one, processor time',
        value: two.processorSeconds / one.processorSeconds,
        unit: 'x',
      },
    ];
  },
};

/** The authors' PyTorch code, two stages, 320x180, on two cores of a 3.7 GHz Zen 4 server processor. */
const PUBLISHED_SECONDS_PER_FRAME = 4.25;

const paperSize: BenchCase = {
  name: 'paper size, 320x180, two stages',
  async run(folder) {
    const frames = 8;
    const weights = ['--weights', writeWeights(folder, 'paper')];
    const input = ['--input', writeFrames(folder, frames, 180, 320), '--output', join(folder, 'out.npy')];
    const parameters = ['infer', '--size', 'paper', '--device', 'cpu', '--stages', '2', ...weights, ...input];
    const { jobSeconds, processorSeconds } = await measure(parameters);
    const secondsPerFrame = jobSeconds / frames;
    return [
      { what: 'per output frame', value: secondsPerFrame, unit: 's' },
      { what: 'per output frame, processor time', value: processorSeconds / frames, unit: 's' },
      {
        what: `published code (${PUBLISHED_SECONDS_PER_FRAME} s on two server cores) against it`,
        value: PUBLISHED_SECONDS_PER_FRAME / secondsPerFrame,
        unit: 'x',
      },
    ];
  },
};

export const cases: readonly BenchCase[] = [deblurOnCpu, stages, paperSize];
