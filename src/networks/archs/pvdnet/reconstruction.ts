import type { Value } from '../../graph/graph.ts';
import { alignChannels, conv, convOfParts, transposedConv } from '../../ops/convolution.ts';
import { add, multiply, relu } from '../../ops/elementwise.ts';
import { depthToSpace, slice, spaceToDepth } from '../../ops/shaping.ts';
import type { PvdNetSize } from './sizes.ts';

/** Channels of what the reconstruction network sees: current, previous and next frame, and the pixel volume. */
export const FRAME_CHANNELS = 9;
export const VOLUME_CHANNELS = 25;

/**
 * PVDNet's deblurring network (section 3.3): a U-Net over the three frames and the pixel volume (N x 34 x H x W in
 * [-1, 1]) that gives what to add to the current frame, in the same units; N x 3 x H x W.
 */
export function correction(aligned: Value, size: PvdNetSize): Value {
  const { graph } = aligned;
  const { packing, kernel } = size;
  const [full, half, quarter] = size.channels;
  const packed = (first: number, count: number) => {
    const part = slice(aligned, 1, first, first + count);
    return packing === 1 ? part : spaceToDepth(part, packing);
  };
  const plain = (name: string, x: Value, channels: number, edge = kernel, stride = 1) =>
    graph.within(name, () => conv(x, { channels, kernel: edge, stride }));
  const upsampled = (name: string, x: Value, channels: number) =>
    graph.within(name, () => transposedConv(x, { channels, kernel: 4, padding: 1 }));
  const transform = (name: string, x: Value, inputs: number, channels: number) =>
    graph.within(name, () => {
      const first = graph.within('0', () => relu(conv(x, { channels, kernel: 3, inputs })));
      return relu(plain('2', first, channels, 3));
    });

  const volume = packed(FRAME_CHANNELS, VOLUME_CHANNELS);
  const frames = packed(0, FRAME_CHANNELS);
  const fromVolume = transform('PV_dec', alignChannels(volume), volume.dims[1]!, size.volume);
  const fromFrames = transform('img_dec', frames, frames.dims[1]!, size.frames);
  const encodedFull = graph.within('d0', () =>
    convOfParts([fromVolume, fromFrames], { channels: full, kernel }),
  );
  const encodedHalf = plain('d1.2', relu(plain('d1.0', encodedFull, half, kernel, 2)), half);
  const encodedQuarter = relu(
    plain('temp.2', relu(plain('temp.0', encodedHalf, quarter, kernel, 2)), size.residual),
  );

  let refined = encodedQuarter;
  for (let block = 0; block < size.blocks; block += 1) {
    const inner = relu(plain(`RBs.${block}.0`, refined, size.residual, 3));
    refined = add(refined, relu(plain(`RBs.${block}.2`, inner, size.residual, 3)));
  }
  const bottom = add(relu(plain('RB_end.0', refined, size.residual, 3)), encodedQuarter);
  const decodedHalf = relu(
    plain('dconv1_end.1', relu(add(upsampled('dconv1', bottom, half), encodedHalf)), half),
  );
  const decodedFull = relu(
    plain('dconv2_end.1', relu(add(upsampled('dconv2', decodedHalf, full), encodedFull)), full),
  );
  const output = plain('end', decodedFull, 3 * packing ** 2);
  return packing === 1 ? output : depthToSpace(output, packing);
}

/** The restored frame in [0, 1] from the same input. */
export function reconstruct(aligned: Value, size: PvdNetSize): Value {
  const current = slice(aligned, 1, 0, 3);
  return add(multiply(add(current, correction(aligned, size)), 0.5), 0.5);
}

/** Radius of the receptive field in pixels: how far an output pixel can see in any direction. */
export function receptiveRadius({ packing, blocks, kernel }: PvdNetSize): number {
  const reach = (kernel - 1) / 2;
  const fullRes = 2 + reach + reach + reach + reach; // transforms, d0, the strided convolution, both of the end
  const halfRes = 2 * reach + reach + 2; // behind either stride, the strided one, transposed ones see one more
  const quarterRes = reach + 2 * blocks + 1 + 2;
  return packing * (fullRes + 2 * halfRes + 4 * quarterRes) + packing - 1;
}
