import {
  AV_CODEC_FLAG_FRAME_DURATION,
  AV_CODEC_FLAG_GLOBAL_HEADER,
  type FFEncoderCodec,
} from 'node-av/constants';
import { Codec, CodecContext, Dictionary, Rational, avGetPixFmtFromName } from 'node-av/lib';
import { AcutanceError } from '../../shared/errors.ts';
import type { EncoderPlan } from './export-preset.ts';
import { check } from './ffmpeg-failure.ts';
import { outputColor } from './output-color.ts';
import type { VideoReader } from './video-reader.ts';

/** Threads of an encoder; the network needs the others. */
const MAX_THREADS = 8;

/**
 * Opens the encoder of a plan for the picture of a source, with its size, tags and time base.
 *
 * @param globalHeader - whether the container keeps the codec's headers apart from the packets.
 * @throws AcutanceError `input-unsupported` when the encoder refuses such a picture.
 */
export async function openEncoder(
  plan: EncoderPlan,
  source: VideoReader,
  globalHeader: boolean,
): Promise<CodecContext> {
  const { video } = source.info;
  const codec = Codec.findEncoderByName(plan.encoder as FFEncoderCodec);
  if (!codec) throw new AcutanceError('internal', `This FFmpeg has no encoder ${plan.encoder}.`);
  let status = 0;
  for (const options of plan.optionSets) {
    const context = prepareContext(codec, plan, source, globalHeader);
    const dictionary = Dictionary.fromObject(options);
    status = await context.open2(codec, dictionary);
    dictionary.free();
    if (status >= 0) return context;
    context.freeContext();
  }
  check(
    Math.min(status, -1),
    'input-unsupported',
    `The encoder ${plan.encoder} refuses a picture of ${video.width}x${video.height} in ${plan.encoderFormat}`,
    'The preset ffv1 takes pictures of any size.',
  );
  throw new AcutanceError('internal', 'A negative status always throws.');
}

function prepareContext(
  codec: Codec,
  plan: EncoderPlan,
  { info: { video }, tags }: VideoReader,
  globalHeader: boolean,
): CodecContext {
  const context = new CodecContext();
  context.allocContext3(codec);
  const color = outputColor(tags, video, plan);
  const rate = video.averageFrameRate ?? video.nominalFrameRate ?? { num: 25, den: 1 };
  const aspect = video.pixelAspect;
  context.width = video.width;
  context.height = video.height;
  context.pixelFormat = avGetPixFmtFromName(plan.encoderFormat);
  context.timeBase = new Rational(video.timeBase.num, video.timeBase.den);
  context.framerate = new Rational(rate.num, rate.den);
  if (aspect) context.sampleAspectRatio = new Rational(aspect.num, aspect.den);
  context.colorSpace = color.matrix;
  context.colorRange = color.range;
  context.colorPrimaries = tags.primaries;
  context.colorTrc = tags.transfer;
  context.chromaLocation = tags.chromaLocation;
  context.threadCount = plan.encoder === 'libx265' ? 0 : MAX_THREADS;
  context.setFlags(AV_CODEC_FLAG_FRAME_DURATION);
  if (globalHeader) context.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER);
  return context;
}
