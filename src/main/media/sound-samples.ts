import {
  AV_SAMPLE_FMT_DBL,
  AV_SAMPLE_FMT_DBLP,
  AV_SAMPLE_FMT_FLT,
  AV_SAMPLE_FMT_FLTP,
  AV_SAMPLE_FMT_S16,
  AV_SAMPLE_FMT_S16P,
  AV_SAMPLE_FMT_S32,
  AV_SAMPLE_FMT_S32P,
  AV_SAMPLE_FMT_U8,
  AV_SAMPLE_FMT_U8P,
} from 'node-av/constants';
import type { Frame } from 'node-av/lib';
import { AcutanceError } from '../../shared/errors.ts';

/** Samples of each channel, nominal range [-1, 1). */
export type PlanarSamples = readonly Float32Array<ArrayBuffer>[];

interface SampleFormat {
  readonly planar: boolean;
  readonly bytes: number;
  readonly view: (bytes: Buffer) => ArrayLike<number>;
  /** What is taken off a sample, and what the rest is divided by. */
  readonly middle: number;
  readonly scale: number;
}

const words =
  <View>(type: new (buffer: ArrayBufferLike, offset: number, length: number) => View, bytes: number) =>
  (data: Buffer): View =>
    new type(data.buffer, data.byteOffset, Math.floor(data.byteLength / bytes));

const KINDS: readonly [packed: number, planar: number, kind: Omit<SampleFormat, 'planar'>][] = [
  [AV_SAMPLE_FMT_U8, AV_SAMPLE_FMT_U8P, { bytes: 1, view: words(Uint8Array, 1), middle: 128, scale: 128 }],
  [
    AV_SAMPLE_FMT_S16,
    AV_SAMPLE_FMT_S16P,
    { bytes: 2, view: words(Int16Array, 2), middle: 0, scale: 2 ** 15 },
  ],
  [
    AV_SAMPLE_FMT_S32,
    AV_SAMPLE_FMT_S32P,
    { bytes: 4, view: words(Int32Array, 4), middle: 0, scale: 2 ** 31 },
  ],
  [AV_SAMPLE_FMT_FLT, AV_SAMPLE_FMT_FLTP, { bytes: 4, view: words(Float32Array, 4), middle: 0, scale: 1 }],
  [AV_SAMPLE_FMT_DBL, AV_SAMPLE_FMT_DBLP, { bytes: 8, view: words(Float64Array, 8), middle: 0, scale: 1 }],
];

/** The samples of a decoded frame, channel by channel. */
export function planarSamples(frame: Frame): PlanarSamples {
  const { planar, view, middle, scale } = formatOf(frame.format);
  const { nbSamples, channels } = frame;
  const data = (frame.extendedData ?? frame.data ?? []).map((plane) => view(plane));
  return Array.from({ length: channels }, (_, channel) => {
    const samples = new Float32Array(nbSamples);
    const source = data[planar ? channel : 0];
    if (!source) throw new RangeError('A decoded frame lacks a channel.');
    const step = planar ? 1 : channels;
    for (let i = 0, at = planar ? 0 : channel; i < nbSamples; i++, at += step) {
      samples[i] = (source[at]! - middle) / scale;
    }
    return samples;
  });
}

function formatOf(number: number): SampleFormat {
  for (const [packed, planar, kind] of KINDS) {
    if (number === packed || number === planar) return { ...kind, planar: number === planar };
  }
  throw new AcutanceError(
    'input-unsupported',
    `Sound in FFmpeg's sample format ${number} can't be played here.`,
  );
}
