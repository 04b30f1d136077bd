import type { FrameConverter, VideoFrame } from '../media/index.ts';
import type { ProgramRun } from '../inference/frame-work.ts';
import { restoreShots, type ShotFrame } from '../inference/shots.ts';
import type { ClipFrame } from './clip-frames.ts';
import { shotFrames, type ClipCuts } from './shot-frames.ts';
import { applyStrength } from './strength.ts';

/** What a network is to those that give it frames; see `Deblurrer.process`. */
export interface FrameRestorer {
  process(
    frames: AsyncIterable<Float32Array>,
    options: { readonly signal: AbortSignal; readonly onRun?: (run: ProgramRun) => void },
  ): AsyncGenerator<Float32Array, void, undefined>;
}

export interface RestoreFramesOptions {
  readonly deblurrer: FrameRestorer;
  readonly converter: FrameConverter;
  readonly cuts: ClipCuts;
  readonly signal: AbortSignal;
}

export interface DeblurFramesOptions extends RestoreFramesOptions {
  /** What the output is encoded in, FFmpeg's name. */
  readonly pixelFormat: string;
  /** How much of the change is kept, 0..1. */
  readonly strength: number;
}

/** What a network made of a frame: planar R'G'B', not clamped; good until the next one is asked for. */
export interface RestoredFrame<Origin extends ClipFrame> {
  readonly rgb: Float32Array;
  /** Disposed of by the giver. */
  readonly origin: Origin;
}

/**
 * Runs frames through a network, shot by shot; results of frames around the range are left out. Takes over the frames it
 * is given.
 */
export async function* restoreFrames<Origin extends ClipFrame>(
  frames: AsyncIterable<Origin>,
  { deblurrer, converter, cuts, signal }: RestoreFramesOptions,
): AsyncGenerator<RestoredFrame<Origin>, void, undefined> {
  const waiting: Origin[] = [];
  try {
    const shots = intake(shotFrames(frames, { cuts, converter }), converter, waiting);
    for await (const rgb of restoreShots(deblurrer, shots, { signal })) {
      const origin = waiting.shift();
      if (!origin) throw new Error('The network gave more frames than it got.');
      try {
        if (origin.inside) yield { rgb, origin };
      } finally {
        origin.frame.dispose();
      }
    }
    if (waiting.length > 0) throw new Error(`The network left out ${waiting.length} frames.`);
  } finally {
    for (const { frame } of waiting) frame.dispose();
  }
}

/**
 * Takes the blur out of frames that are inside the range; frames around it are looked at and dropped. Every result has
 * the time and the tags of the frame it was made from. Takes over the frames it is given.
 */
export async function* deblurFrames(
  frames: AsyncIterable<ClipFrame>,
  options: DeblurFramesOptions,
): AsyncGenerator<VideoFrame, void, undefined> {
  const { converter, pixelFormat, strength } = options;
  let input: Float32Array | undefined;
  for await (const { rgb, origin } of restoreFrames(frames, options)) {
    if (strength < 1) {
      input = converter.toRgb(origin.frame, input);
      applyStrength(rgb, input, strength);
    }
    yield converter.fromRgb(rgb, origin.frame, pixelFormat);
  }
}

async function* intake<Origin extends ClipFrame>(
  frames: ReturnType<typeof shotFrames<Origin>>,
  converter: FrameConverter,
  waiting: Origin[],
): AsyncGenerator<ShotFrame, void, undefined> {
  let buffer: Float32Array | undefined;
  for await (const { item, isCut } of frames) {
    waiting.push(item);
    // The deblurrer has copied the last frame by the time it asks for the next.
    buffer = converter.toRgb(item.frame, buffer);
    yield { pixels: buffer, startsShot: isCut };
  }
}
