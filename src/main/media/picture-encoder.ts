import {
  AV_CODEC_ID_MJPEG,
  AV_CODEC_ID_PNG,
  AV_PIX_FMT_RGB24,
  AV_PIX_FMT_RGBA,
  AV_PIX_FMT_YUV444P,
  AVCOL_RANGE_JPEG,
} from 'node-av/constants';
import { Codec, CodecContext, Frame, Packet, Rational, SoftwareScaleContext } from 'node-av/lib';
import { check } from './ffmpeg-failure.ts';
import type { Picture } from './picture.ts';

/** Encoder, what it takes, and its quality where it has one (2 is near the best that JPEG gives). */
const KINDS = {
  png: { codec: AV_CODEC_ID_PNG, pixels: AV_PIX_FMT_RGB24, quality: undefined },
  jpeg: { codec: AV_CODEC_ID_MJPEG, pixels: AV_PIX_FMT_YUV444P, quality: 3 },
} as const;

/** Units of FFmpeg's quality scale. */
const QP_TO_LAMBDA = 118;

/**
 * Compresses a picture: PNG without loss, JPEG for thumbnails. Alpha is left out.
 *
 * @throws AcutanceError `internal` when the encoder refuses the picture.
 */
export async function encodePicture(
  picture: Picture,
  format: keyof typeof KINDS,
): Promise<Uint8Array<ArrayBuffer>> {
  const kind = KINDS[format];
  const { width, height } = picture;
  const doing = `Making a ${format.toUpperCase()} picture of ${width} x ${height}`;
  const codec = Codec.findEncoder(kind.codec);
  const context = new CodecContext();
  const packet = new Packet();
  let frame: Frame | undefined;
  try {
    frame = pictureFrame(picture, kind.pixels, doing);
    context.allocContext3(codec);
    Object.assign(context, { width, height, pixelFormat: kind.pixels, threadCount: 1 });
    context.colorRange = AVCOL_RANGE_JPEG;
    context.timeBase = frame.timeBase = new Rational(1, 25);
    if (kind.quality !== undefined) {
      context.qMin = context.qMax = kind.quality;
      context.globalQuality = frame.quality = kind.quality * QP_TO_LAMBDA;
    }
    check(await context.open2(codec, null), 'internal', doing);
    packet.alloc();
    check(await context.sendFrame(frame), 'internal', doing);
    check(await context.receivePacket(packet), 'internal', doing);
    return new Uint8Array(packet.data ?? []);
  } finally {
    packet.free();
    context.freeContext();
    frame?.free();
  }
}

function pictureFrame({ width, height, rgba }: Picture, pixels: number, doing: string): Frame {
  const source = Frame.fromVideoBuffer(Buffer.from(rgba.buffer, rgba.byteOffset, rgba.byteLength), {
    width,
    height,
    format: AV_PIX_FMT_RGBA,
    timeBase: { num: 1, den: 25 },
  });
  const scaler = new SoftwareScaleContext();
  const frame = new Frame();
  try {
    frame.alloc();
    Object.assign(frame, { width, height, format: pixels, colorRange: AVCOL_RANGE_JPEG });
    check(frame.getBuffer(), 'out-of-memory', doing);
    scaler.allocContext();
    check(scaler.scaleFrameSync(frame, source), 'internal', doing);
    frame.pts = 0n;
    return frame;
  } catch (thrown) {
    frame.free();
    throw thrown;
  } finally {
    scaler.freeContext();
    source.free();
  }
}
