import { AV_CHANNEL_ORDER_NATIVE, AV_SAMPLE_FMT_FLTP, AV_SAMPLE_FMT_S16 } from 'node-av/constants';
import { SoftwareResampleContext } from 'node-av/lib';
import { check } from './ffmpeg-failure.ts';
import type { PlanarSamples } from './sound-samples.ts';

/** FFmpeg's masks: front center; front left and right. */
const MONO = 4n;
const STEREO = 3n;

/**
 * Samples at one rate as interleaved 16-bit samples at another, of one or two channels; more than two are mixed down.
 * The first output sample is where the first input sample is.
 *
 * @param layout - FFmpeg's mask of the channels' positions; 0 where unknown.
 */
export function resample(
  samples: PlanarSamples,
  layout: bigint,
  fromRate: number,
  toRate: number,
): Int16Array<ArrayBuffer> {
  const length = samples[0]?.length ?? 0;
  const known = bitCount(layout) === samples.length;
  // Channels without positions can't be mixed; the first two are taken.
  const channels = known ? samples : samples.slice(0, 2);
  const inLayout = known ? layout : channels.length === 1 ? MONO : STEREO;
  const outChannels = Math.min(2, channels.length);
  const context = new SoftwareResampleContext();
  const doing = 'Preparing the sound';
  try {
    const layoutOf = (mask: bigint, nbChannels: number) => ({
      nbChannels,
      order: AV_CHANNEL_ORDER_NATIVE,
      mask,
    });
    const status = context.allocSetOpts2(
      layoutOf(outChannels === 1 ? MONO : STEREO, outChannels),
      AV_SAMPLE_FMT_S16,
      toRate,
      layoutOf(inLayout, channels.length),
      AV_SAMPLE_FMT_FLTP,
      fromRate,
    );
    check(status, 'internal', doing);
    check(context.init(), 'internal', doing);
    const room = Math.ceil((length * toRate) / fromRate) + 4096;
    const out = Buffer.alloc(room * outChannels * 2);
    const input = channels.map((channel) =>
      Buffer.from(channel.buffer, channel.byteOffset, channel.byteLength),
    );
    const made = check(context.convertSync([out], room, input, length), 'internal', doing);
    const rest = out.subarray(made * outChannels * 2);
    const last = check(context.convertSync([rest], room - made, null, 0), 'internal', doing);
    const result = new Int16Array((made + last) * outChannels);
    new Uint8Array(result.buffer).set(out.subarray(0, result.byteLength));
    return result;
  } finally {
    context.free();
  }
}

function bitCount(mask: bigint): number {
  return mask.toString(2).replaceAll('0', '').length;
}
