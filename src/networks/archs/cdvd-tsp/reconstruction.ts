import type { Value } from '../../graph/graph.ts';
import { conv, transposedConv } from '../../ops/convolution.ts';
import { add, relu } from '../../ops/elementwise.ts';
import { depthToSpace, spaceToDepth } from '../../ops/shaping.ts';
import type { CdvdTspSize } from './sizes.ts';

/**
 * CDVD-TSP's reconstruction network (section 3.2): an encoder-decoder with additive skips that maps the aligned frames
 * and the prior (N x 10 x H x W) directly to the restored middle frame (N x 3 x H x W).
 */
export function reconstruct(aligned: Value, size: CdvdTspSize): Value {
  const { graph } = aligned;
  const { packing, channels, blocks, kernel } = size;
  const [full, half, quarter] = channels;

  const convRelu = (name: string, x: Value, width: number, stride: number) =>
    graph.within(name, () => relu(conv(x, { channels: width, kernel, stride })));
  const upRelu = (name: string, x: Value, width: number) =>
    graph.within(name, () =>
      relu(transposedConv(x, { channels: width, kernel: 3, padding: 1, outputPadding: 1 })),
    );
  const residuals = (x: Value, count: number, first: number) => {
    let value = x;
    for (let index = 0; index < count; index += 1)
      value = graph.within(String(first + index), () => residualBlock(value, kernel));
    return value;
  };

  const packed = packing === 1 ? aligned : spaceToDepth(aligned, packing);
  const input = graph.within('inBlock', () => residuals(convRelu('0.0', packed, full, 1), blocks[0], 1));
  const first = graph.within('encoder_first', () => residuals(convRelu('0.0', input, half, 2), blocks[1], 1));
  const second = graph.within('encoder_second', () =>
    residuals(convRelu('0.0', first, quarter, 2), blocks[2], 1),
  );
  const upSecond = graph.within('decoder_second', () =>
    upRelu(`${blocks[2]}.0`, residuals(second, blocks[2], 0), half),
  );
  const upFirst = graph.within('decoder_first', () =>
    upRelu(`${blocks[1]}.0`, residuals(add(upSecond, first), blocks[1], 0), full),
  );
  const output = graph.within('outBlock', () => {
    const value = residuals(add(upFirst, input), blocks[0], 0);
    return graph.within(String(blocks[0]), () => conv(value, { channels: 3 * packing ** 2, kernel }));
  });
  return packing === 1 ? output : depthToSpace(output, packing);
}

function residualBlock(x: Value, kernel: number): Value {
  const { graph } = x;
  const channels = x.dims[1]!;
  const inner = graph.within('conv1', () => relu(conv(x, { channels, kernel })));
  return add(
    graph.within('conv2', () => conv(inner, { channels, kernel })),
    x,
  );
}

/** Radius of the receptive field in pixels: how far an output pixel can see in any direction. */
export function receptiveRadius({ packing, blocks, kernel }: CdvdTspSize): number {
  const reach = (kernel - 1) / 2;
  const [first, second, third] = blocks;
  const fullRes = 2 * (reach + 2 * reach * first) + reach; // both ends, and the strided convolution between
  const halfRes = 2 * (2 * reach * second) + reach + 1; // encoder, decoder, strided and transposed convolution
  const quarterRes = 2 * (2 * reach * third) + 1;
  return packing * (fullRes + 2 * halfRes + 4 * quarterRes) + packing - 1;
}
