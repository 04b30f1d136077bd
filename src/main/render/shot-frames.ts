import { AcutanceError } from '../../shared/errors.ts';
import type { ClipTime, CutPlace, CutSetting } from '../../shared/settings.ts';
import { CUT_CONTEXT } from '../inference/scene-cuts/cut-test.ts';
import { findCuts, type FoundItem } from '../inference/scene-cuts/find-cuts.ts';
import { lumaThumbnail } from '../inference/scene-cuts/luma-thumbnail.ts';
import { ticksAtOrAfter, type FrameConverter, type MediaInfo } from '../media/index.ts';
import type { ClipFrame, FramesAround } from './clip-frames.ts';

/** Where the shots of a clip begin: to be found, or first ticks of shots in ascending order. */
export type ClipCuts = 'detect' | readonly bigint[];

export interface CutServices {
  readonly info: MediaInfo;
  /** What the network looks at around a frame. */
  readonly context: FramesAround;
  /** Times of all frames in ticks; asked for only where cuts are given. */
  readonly pts: () => Promise<Float64Array>;
}

/**
 * What a setting means for a clip.
 *
 * @throws AcutanceError `usage` for a frame that the clip does not have, and a time after its last one.
 */
export async function clipCuts(
  setting: CutSetting = 'detect',
  { info, context, pts }: CutServices,
): Promise<ClipCuts> {
  if (setting === 'none' || context.before + context.after === 0) return [];
  return setting === 'detect' ? 'detect' : cutTicks(setting, { info, pts });
}

/** First ticks of shots in ascending order. @throws AcutanceError `usage` as `clipCuts`. */
export async function cutTicks(
  places: readonly CutPlace[],
  { info, pts }: Omit<CutServices, 'context'>,
): Promise<readonly bigint[]> {
  if (places.length === 0) return [];
  const times = await pts();
  const ticks = places.map((place) =>
    typeof place === 'number' ? BigInt(tickOfFrame(times, place, info.path)) : tickOfTime(times, place, info),
  );
  return ticks.sort((a, b) => (a < b ? -1 : Number(a > b)));
}

function tickOfFrame(times: Float64Array, frame: number, path: string): number {
  const tick = times[frame];
  if (tick !== undefined) return tick;
  throw new AcutanceError('usage', `"${path}" has no frame ${frame} for a cut: it has ${times.length}.`, {
    hint: 'Frames are counted from 0.',
  });
}

function tickOfTime(times: Float64Array, time: ClipTime, { path, video }: MediaInfo): bigint {
  const tick = video.startTicks + ticksAtOrAfter(time, video.timeBase);
  if (tick <= (times.at(-1) ?? -Infinity)) return tick;
  const seconds = Number((time.numerator / time.denominator).toFixed(3));
  throw new AcutanceError('usage', `"${path}" has no frame at or after ${seconds} s for a cut.`, {
    hint: 'Times are seconds from the first frame; write 12f for the frame 12, counted from 0.',
  });
}

/** How many frames more than the network looks at are needed around a range to know the cuts in it. */
export function cutMargin(cuts: ClipCuts): FramesAround {
  return cuts === 'detect' ? CUT_CONTEXT : { before: 0, after: 0 };
}

/** Frames with the cuts between them, without those beyond the context. Takes over the frames it is given. */
export async function* shotFrames<Origin extends ClipFrame>(
  frames: AsyncIterable<Origin>,
  { cuts, converter }: { readonly cuts: ClipCuts; readonly converter: FrameConverter },
): AsyncGenerator<FoundItem<Origin>, void, undefined> {
  const found = cuts === 'detect' ? detected(frames, converter) : given(frames, cuts);
  for await (const each of found) {
    if (each.item.beyond) each.item.frame.dispose();
    else yield each;
  }
}

function detected<Origin extends ClipFrame>(
  frames: AsyncIterable<Origin>,
  converter: FrameConverter,
): AsyncGenerator<FoundItem<Origin>, void, undefined> {
  let rgb: Float32Array | undefined;
  return findCuts(frames, {
    thumbnail: ({ frame }) => {
      rgb = converter.toRgb(frame, rgb);
      return lumaThumbnail(rgb, frame.height, frame.width);
    },
    discard: ({ frame }) => frame.dispose(),
  });
}

async function* given<Origin extends ClipFrame>(
  frames: AsyncIterable<Origin>,
  ticks: readonly bigint[],
): AsyncGenerator<FoundItem<Origin>, void, undefined> {
  let before: bigint | undefined;
  for await (const item of frames) {
    const { pts } = item.frame;
    const last = before;
    before = pts;
    yield { item, isCut: last !== undefined && ticks.some((tick) => last < tick && tick <= pts) };
  }
}
