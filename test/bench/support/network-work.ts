import { ReflectionPadding } from '../../../src/main/inference/frames/reflection-padding.ts';
import type { Network, NetworkProgram, NetworkSize } from '../../../src/networks/network.ts';
import { elementCount } from '../../../src/shared/tensor.ts';
import { countOperations, type OperationCount } from './operation-count.ts';

export interface FrameShape {
  /** Frame size in pixels, before it is padded. */
  readonly height: number;
  readonly width: number;
  /** What `reconstruct` is given, in pixels; the whole padded frame where absent. */
  readonly tile?: { readonly height: number; readonly width: number };
}

/** Operations of one run of a program for frames of a shape. They are those of every stage. */
export function programWork(
  network: Network,
  size: NetworkSize,
  program: NetworkProgram,
  { height, width, tile }: FrameShape,
): OperationCount {
  const padding = new ReflectionPadding(height, width, {
    multiple: network.frameMultiple(size),
    minimum: network.frameMinimum(size),
  });
  const whole = { height: padding.paddedHeight, width: padding.paddedWidth };
  return countOperations(
    network.buildModel({
      ...{ program, size, options: network.options, alignCorners: true, lowering: 'standard' },
      ...(program === 'reconstruct' ? (tile ?? whole) : whole),
      parameters: (_, dims) => new Float32Array(elementCount(dims)),
    }),
  );
}

/** Operations of a frame, by how often each program runs for it. */
export function frameWork(
  network: Network,
  size: NetworkSize,
  runsPerFrame: Readonly<Partial<Record<NetworkProgram, number>>>,
  shape: FrameShape,
): number {
  return Object.entries(runsPerFrame).reduce((sum, [program, runs]) => {
    const { convolutions, others } = programWork(network, size, program as NetworkProgram, shape);
    return sum + runs * (convolutions + others);
  }, 0);
}
