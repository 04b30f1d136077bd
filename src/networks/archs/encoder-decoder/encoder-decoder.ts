import type { Value } from '../../graph/graph.ts';
import { conv, transposedConv } from '../../ops/convolution.ts';
import { add, relu } from '../../ops/elementwise.ts';

/** The widths of an encoder-decoder of residual blocks, as CDVD-TSP and ERDN have it. */
export interface EncoderDecoderSize {
  /** Channels at full, 1/2 and 1/4 resolution. */
  readonly channels: readonly [number, number, number];
  /** Residual blocks per position at each resolution. */
  readonly blocks: readonly [number, number, number];
  readonly kernel: number;
}

/** Features at full, 1/2 and 1/4 resolution. */
export interface Scales {
  readonly full: Value;
  readonly half: Value;
  readonly quarter: Value;
}

/** The encoder half, below the published scopes `inBlock`, `encoder_first` and `encoder_second`. */
export function encode(input: Value, { channels, blocks, kernel }: EncoderDecoderSize): Scales {
  const { graph } = input;
  const level = (scope: string, x: Value, index: 0 | 1 | 2) =>
    graph.within(scope, () => {
      const first = graph.within('0.0', () =>
        relu(conv(x, { channels: channels[index], kernel, stride: index === 0 ? 1 : 2 })),
      );
      return residualBlocks(first, blocks[index], 1, kernel);
    });
  const full = level('inBlock', input, 0);
  const half = level('encoder_first', full, 1);
  return { full, half, quarter: level('encoder_second', half, 2) };
}

/** The decoder half with additive skips, below `decoder_second`, `decoder_first` and `outBlock`; `outputs` channels. */
export function decode(
  { full, half, quarter }: Scales,
  { channels, blocks, kernel }: EncoderDecoderSize,
  outputs: number,
): Value {
  const { graph } = full;
  const upsampled = (scope: string, x: Value, index: 1 | 2) =>
    graph.within(scope, () => {
      const refined = residualBlocks(x, blocks[index], 0, kernel);
      return graph.within(`${blocks[index]}.0`, () =>
        relu(
          transposedConv(refined, {
            channels: channels[(index - 1) as 0 | 1],
            kernel: 3,
            padding: 1,
            outputPadding: 1,
          }),
        ),
      );
    });
  const upSecond = upsampled('decoder_second', quarter, 2);
  const upFirst = upsampled('decoder_first', add(upSecond, half), 1);
  return graph.within('outBlock', () => {
    const value = residualBlocks(add(upFirst, full), blocks[0], 0, kernel);
    return graph.within(String(blocks[0]), () => conv(value, { channels: outputs, kernel }));
  });
}

/** Residual blocks in a row, numbered from `first` in the current scope. */
export function residualBlocks(x: Value, count: number, first: number, kernel: number): Value {
  let value = x;
  for (let index = first; index < first + count; index += 1)
    value = x.graph.within(String(index), () => residualBlock(value, kernel));
  return value;
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
