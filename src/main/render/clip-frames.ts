import { AcutanceError } from '../../shared/errors.ts';
import type { ClipRange } from '../../shared/settings.ts';
import { rescaleTicks, ticksToTime } from '../../shared/time.ts';
import type { MediaInfo, VideoFrame, VideoReader } from '../media/index.ts';

/** Numbers of frames on both sides of something. */
export interface FramesAround {
  readonly before: number;
  readonly after: number;
}

export interface ClipFramesOptions {
  readonly range: ClipRange;
  /** How many frames around the range are wanted as well, as far as the clip has them. */
  readonly context: FramesAround;
  /** How many more around those are only to be looked at, for cuts. */
  readonly margin: FramesAround;
  readonly signal: AbortSignal;
}

/** A frame of the clip; the receiver disposes of it. */
export interface ClipFrame {
  readonly frame: VideoFrame;
  /** Whether it lies in the range; else it is context only. */
  readonly inside: boolean;
  /** Whether it lies beyond the context, and only tells where cuts are. */
  readonly beyond: boolean;
}

/** How many frames of the average rate before the wanted context reading starts; where that fails, from the start. */
const LEADS = [2, 32] as const;

/**
 * The frames of a range with the frames around it that a network looks at, so that a part of a clip comes out as it
 * does in the whole.
 *
 * @throws AcutanceError `usage` when no frame lies in the range, `input-unsupported` when the picture size changes, and
 *   as `VideoReader.frames`.
 */
export async function* clipFrames(
  reader: VideoReader,
  options: ClipFramesOptions,
): AsyncGenerator<ClipFrame, void, undefined> {
  const { range, context, margin } = options;
  const { from, to } = reader.ticksOf(range);
  let inside = 0;
  let after = 0;
  for await (const { frame, before } of framesFrom(reader, from, options)) {
    checkSize(frame, reader.info);
    if (to !== undefined && frame.pts >= to) {
      if (after++ >= context.after + margin.after) {
        frame.dispose();
        break;
      }
      yield { frame, inside: false, beyond: after > context.after };
    } else {
      if (before === 0) inside++;
      yield { frame, inside: before === 0, beyond: before > context.before };
    }
  }
  if (inside === 0) {
    throw new AcutanceError('usage', `"${reader.info.path}" has no frame in the range asked for.`, {
      hint: 'Times count from the first frame of the clip.',
    });
  }
}

/** A frame, and how many frames before the wanted tick it is; 0 from that on. */
interface NearFrame {
  readonly frame: VideoFrame;
  readonly before: number;
}

/** All frames from so many before a tick on; from the first one where the clip has fewer before it. */
async function* framesFrom(
  reader: VideoReader,
  from: bigint | undefined,
  { context, margin, signal }: ClipFramesOptions,
): AsyncGenerator<NearFrame, void, undefined> {
  const wanted = context.before + margin.before;
  const { startTicks, timeBase } = reader.info.video;
  for (const start of startCandidates(reader, from, wanted)) {
    const range = start === undefined ? {} : { in: ticksToTime(start - startTicks, timeBase) };
    const frames = reader.frames({ range, signal });
    const before: VideoFrame[] = [];
    try {
      let next = await frames.next();
      while (next.done !== true && from !== undefined && next.value.pts < from) {
        before.push(next.value);
        if (before.length > wanted) before.shift()?.dispose();
        next = await frames.next();
      }
      if (start !== undefined && before.length < wanted) {
        // A variable frame rate may have left a gap here: start earlier.
        if (next.done !== true) next.value.dispose();
        continue;
      }
      for (let frame = before.shift(); frame; frame = before.shift()) {
        yield { frame, before: before.length + 1 };
      }
      for (; next.done !== true; next = await frames.next()) yield { frame: next.value, before: 0 };
      return;
    } finally {
      for (const frame of before) frame.dispose();
      await frames.return();
    }
  }
}

/** Ticks to start reading at, nearest first; undefined is the start of the clip. */
function startCandidates(
  reader: VideoReader,
  from: bigint | undefined,
  context: number,
): (bigint | undefined)[] {
  const { startTicks, timeBase, averageFrameRate, nominalFrameRate } = reader.info.video;
  if (from === undefined) return [undefined];
  if (context === 0) return [from];
  const rate = averageFrameRate ?? nominalFrameRate ?? { num: 25, den: 1 };
  const starts = LEADS.map((lead) => {
    const frames = BigInt(context + lead);
    return from - rescaleTicks(frames, { num: rate.den, den: rate.num }, timeBase, 'up');
  });
  return [...starts.filter((start) => start > startTicks), undefined];
}

/** Disposes of a frame of another size than the clip's. @throws AcutanceError `input-unsupported`. */
export function checkSize(frame: VideoFrame, { video: { width, height } }: MediaInfo): void {
  if (frame.width === width && frame.height === height) return;
  const sizes = `${width}x${height} to ${frame.width}x${frame.height}`;
  frame.dispose();
  throw new AcutanceError('input-unsupported', `The picture size changes within the clip, from ${sizes}.`, {
    hint: 'Export the parts with one size each, using --in and --out.',
  });
}
