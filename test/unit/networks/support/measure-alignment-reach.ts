import { erdn } from '../../../../src/networks/archs/erdn/erdn.ts';
import type { ErdnSizeName } from '../../../../src/networks/archs/erdn/sizes.ts';
import type { ParameterSource } from '../../../../src/networks/graph/serialise.ts';
import type { NetworkProgram } from '../../../../src/networks/network.ts';
import type { Tensor } from '../../../../src/shared/tensor.ts';
import { runModel } from '../../../support/run-graph.ts';
import { farthestChange, LIGHT, positiveRows } from './measure-reach.ts';

/** Keeps what decides where the taps read at fractions of a pixel, but for where light falls. */
const STEERING_GAIN = 1e-9;

/**
 * How far ERDN's alignment looks, in pixels, as `measureReach`: `read` along what is read where nothing is displaced,
 * `computed` through what decides where is read, and to the deblurred centre.
 */
export async function measureAlignmentReach(size: ErdnSizeName): Promise<{ read: number; computed: number }> {
  const read = await farthestLight(size, { steeringGain: 0, ground: 0, deblurs: false });
  const computed = await farthestLight(size, { steeringGain: STEERING_GAIN, ground: 1, deblurs: true });
  return { read, computed };
}

interface Lighting {
  readonly steeringGain: number;
  /** How bright the frames are that the light falls on. */
  readonly ground: number;
  /** Whether the deblurred centre is looked at, too. */
  readonly deblurs: boolean;
}

async function farthestLight(
  size: ErdnSizeName,
  { steeringGain, ground, deblurs }: Lighting,
): Promise<number> {
  const multiple = erdn.frameMultiple(size);
  const start = Math.ceil(erdn.alignmentTile!(size).margin / multiple) * multiple;
  const [height, width] = [multiple, 2 * start + multiple];
  const parameters: ParameterSource = (name, dims) => {
    const values = positiveRows(name, dims);
    return name.includes('conv_offset') ? values.map((value) => steeringGain * value) : values;
  };
  const build = (program: NetworkProgram) =>
    erdn.buildModel({
      ...{ program, size, height, width, parameters },
      alignCorners: true,
      lowering: 'standard',
    });
  const models = { features: build('features'), centre: build('centre'), deform: build('deform') };
  const aligned = async (lit?: number): Promise<Float32Array> => {
    const frame = (brightness: (i: number) => number): Tensor => ({
      data: Float32Array.from({ length: 3 * height * width }, (_, i) => brightness(i)),
      dims: [1, 3, height, width],
    });
    const textured = (i: number) => ground * (0.3 + ((7919 * i) % 101) / 202);
    const dark = frame(textured);
    const neighbour = frame((i) => (i % width === lit ? LIGHT : textured(i)));
    const centre = await runModel(models.centre, { previous: neighbour, middle: dark, next: dark });
    const features = await runModel(models.features, { frame: neighbour });
    const levels = Object.entries(features).map(
      ([name, level]) => [name.replace('level', 'neighbour'), level] as const,
    );
    const pyramid = Object.entries(centre).filter(([name]) => name.startsWith('centre'));
    const { warped } = await runModel(models.deform, Object.fromEntries([...levels, ...pyramid]));
    return deblurs ? Float32Array.of(...warped!.data, ...centre['deblurred']!.data) : warped!.data;
  };
  return farthestChange(aligned, { start, count: multiple, width });
}
