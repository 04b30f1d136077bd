import type { Deblurrer } from '../inference/deblurrer.ts';
import type { FrameConverter, VideoFrame } from '../media/index.ts';
import type { ClipFrame } from './clip-frames.ts';

export interface DeblurFramesOptions {
  readonly deblurrer: Deblurrer;
  readonly converter: FrameConverter;
  /** What the output is encoded in, FFmpeg's name. */
  readonly pixelFormat: string;
  readonly signal: AbortSignal;
}

/**
 * Takes the blur out of frames that are inside the range; frames around it are looked at and dropped. Every result has
 * the time and the tags of the frame it was made from. Takes over the frames it is given.
 */
export async function* deblurFrames(
  frames: AsyncIterable<ClipFrame>,
  options: DeblurFramesOptions,
): AsyncGenerator<VideoFrame, void, undefined> {
  const { deblurrer, converter, pixelFormat, signal } = options;
  const waiting: ClipFrame[] = [];
  try {
    for await (const restored of deblurrer.process(intake(frames, converter, waiting), { signal })) {
      const origin = waiting.shift();
      if (!origin) throw new Error('The network gave more frames than it got.');
      try {
        if (origin.inside) yield converter.fromRgb(restored, origin.frame, pixelFormat);
      } finally {
        origin.frame.dispose();
      }
    }
    if (waiting.length > 0) throw new Error(`The network left out ${waiting.length} frames.`);
  } finally {
    for (const { frame } of waiting) frame.dispose();
  }
}

async function* intake(
  frames: AsyncIterable<ClipFrame>,
  converter: FrameConverter,
  waiting: ClipFrame[],
): AsyncGenerator<Float32Array, void, undefined> {
  let buffer: Float32Array | undefined;
  for await (const each of frames) {
    waiting.push(each);
    // The deblurrer has copied the last frame by the time it asks for the next.
    buffer = converter.toRgb(each.frame, buffer);
    yield buffer;
  }
}
