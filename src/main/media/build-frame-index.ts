import { AcutanceError } from '../../shared/errors.ts';
import { DecodingRun } from './decoding-run.ts';
import { throwIfCancelled } from './ffmpeg-failure.ts';
import { FrameTimeline } from './frame-timeline.ts';
import { type FrameIndex, type KeyframeTable, isAscending } from './frame-index.ts';
import type { MediaInfo } from './media-info.ts';
import { type PacketTable, scanPackets, ticks } from './packet-scan.ts';

export interface IndexOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called now and then with the share of the work that is done, 0..1. */
  readonly onProgress?: ((share: number) => void) | undefined;
}

/** Frames decoded at the start of a clip to see whether its packets tell the truth. */
const TRIAL_FRAMES = 40;
/** Longest time spent on decoding the end of a clip for the same purpose, in milliseconds. */
const END_TRIAL_MS = 1000;
/** So many frames in a row have to be as the packets say before the packets are believed. */
const TRIAL_AGREEMENT = 12;

/**
 * Finds out when every frame of a clip is shown. The packets tell it in a fraction of the time that decoding takes;
 * the first frames are decoded all the same, and where they contradict the packets, or the packets leave something
 * open, every frame is decoded.
 *
 * @throws AcutanceError as `VideoReader.frames`.
 */
export async function buildFrameIndex(info: MediaInfo, options: IndexOptions = {}): Promise<FrameIndex> {
  const packets = await scanPackets(info.path, info.bytes, options);
  const fromPackets = packets.clean ? await indexOfPackets(info, packets, options.signal) : undefined;
  return fromPackets ?? (await indexByDecoding(info, packets, options));
}

/**
 * Decodes every frame; for clips whose packets do not tell when their frames are shown.
 *
 * @throws AcutanceError as `VideoReader.frames`.
 */
export async function indexByDecoding(
  info: MediaInfo,
  packets: PacketTable,
  options: IndexOptions = {},
): Promise<FrameIndex> {
  const pts: number[] = [];
  const durations: number[] = [];
  const decoded: number[] = [];
  const timeline = new FrameTimeline(info);
  const decoding = await DecodingRun.open(info.path);
  try {
    for (;;) {
      throwIfCancelled(options.signal);
      const frame = await decoding.next();
      if (!frame) break;
      decoded.push(ticks(frame.bestEffortTimestamp));
      const placed = timeline.place(frame);
      pts.push(Number(placed.pts));
      durations.push(Number(placed.duration));
      frame.free();
      options.onProgress?.(Math.min(1, pts.length / Math.max(1, packets.count)));
    }
  } finally {
    await decoding.dispose();
  }
  if (pts.length === 0) {
    throw new AcutanceError('input-corrupt', `"${info.path}" holds no frame that can be decoded.`);
  }
  const times = Float64Array.from(pts);
  const told = Float64Array.from(decoded);
  return {
    timeBase: info.video.timeBase,
    pts: times,
    durations: Float64Array.from(durations),
    decoded: told.every((value, index) => value === times[index]) ? times : told,
    keyframes: isAscending(told) ? keyframesOf(packets, told) : onlyTheStart(),
    method: 'decoded',
  };
}

/** @returns undefined where decoding the first frames shows that the packets are not to be believed. */
async function indexOfPackets(
  info: MediaInfo,
  packets: PacketTable,
  signal: AbortSignal | undefined,
): Promise<FrameIndex | undefined> {
  const order = orderOfDisplay(packets.pts);
  const sorted = Float64Array.from(order, (row) => packets.pts[row]!);
  const lengths = Float64Array.from(order, (row) => packets.durations[row]!);
  if (!isAscending(sorted) || lengths.some((length) => length <= 0)) return undefined;
  const trial = await firstFrames(info.path, signal);
  const skipped = framesNotShown(sorted, trial.times);
  if (skipped === undefined) return undefined;
  const pts = sorted.slice(skipped);
  const index: FrameIndex = {
    timeBase: info.video.timeBase,
    pts,
    durations: lengths.slice(skipped),
    decoded: pts,
    keyframes: keyframesOf(packets, pts),
    method: 'packets',
  };
  if (trial.ended) return trial.times.length === pts.length ? index : undefined;
  return (await endsAsPacketsSay(info.path, index, signal)) ? index : undefined;
}

/** Decodes the last group of pictures, as far as that takes little time: a recording may be cut off within it. */
async function endsAsPacketsSay(
  path: string,
  index: FrameIndex,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const first = index.keyframes.frames.at(-1) ?? 0;
  const decoding = await DecodingRun.open(path);
  try {
    const landed = await decoding.seek(index, index.keyframes.frames.length - 1);
    if (landed !== index.decoded[first]) return true;
    const end = performance.now() + END_TRIAL_MS;
    for (let expected = first; ;) {
      throwIfCancelled(signal);
      const frame = await decoding.next();
      if (!frame) return expected === index.pts.length;
      const time = ticks(frame.bestEffortTimestamp);
      frame.free();
      // Frames before the keyframe that follow it in the file can't be decoded from there.
      if (time < index.decoded[first]!) continue;
      if (time !== index.decoded[expected++]) return false;
      if (performance.now() > end) return true;
    }
  } finally {
    await decoding.dispose();
  }
}

function orderOfDisplay(pts: Float64Array): Uint32Array {
  const order = Uint32Array.from(pts, (_, row) => row);
  return order.sort((a, b) => pts[a]! - pts[b]!);
}

/**
 * How many packets before the first decoded frame give no frame, as those of a recording that starts in the middle of
 * a group of pictures; undefined where more than that is different.
 */
function framesNotShown(packets: Float64Array, frames: readonly number[]): number | undefined {
  const last = frames.at(-1);
  if (last === undefined) return undefined;
  const end = packets.indexOf(last);
  const agreement = Math.min(TRIAL_AGREEMENT, frames.length);
  for (let back = 0; back < agreement; back++) {
    if (end - back < 0 || packets[end - back] !== frames[frames.length - 1 - back]) return undefined;
  }
  const skipped = end - frames.length + 1;
  const same = frames.every((time, index) => packets[skipped + index] === time);
  return skipped >= 0 && same ? skipped : undefined;
}

/** The timestamps of the first frames as decoded, and whether the clip ended with them. */
async function firstFrames(
  path: string,
  signal: AbortSignal | undefined,
): Promise<{ readonly times: readonly number[]; readonly ended: boolean }> {
  const decoding = await DecodingRun.open(path);
  try {
    const times: number[] = [];
    while (times.length < TRIAL_FRAMES) {
      throwIfCancelled(signal);
      const frame = await decoding.next();
      if (!frame) return { times, ended: true };
      times.push(ticks(frame.bestEffortTimestamp));
      frame.free();
    }
    return { times, ended: false };
  } finally {
    await decoding.dispose();
  }
}

/** The keyframes among the frames; the first frame is always one, as decoding can't start before it. */
function keyframesOf(packets: PacketTable, frames: Float64Array): KeyframeTable {
  const rowOf = new Map<number, number>();
  for (let row = 0; row < packets.count; row++) if (packets.keys[row]) rowOf.set(packets.pts[row]!, row);
  const found: { frame: number; row: number }[] = [];
  for (let frame = 0; frame < frames.length; frame++) {
    const row = rowOf.get(frames[frame]!);
    if (row !== undefined) found.push({ frame, row });
  }
  if (found[0]?.frame !== 0) found.unshift({ frame: 0, row: -1 });
  return {
    frames: Uint32Array.from(found, ({ frame }) => frame),
    dts: Float64Array.from(found, ({ row }) => packets.dts[row] ?? NaN),
    positions: Float64Array.from(found, ({ row }) => packets.positions[row] ?? -1),
  };
}

function onlyTheStart(): KeyframeTable {
  return { frames: Uint32Array.of(0), dts: Float64Array.of(NaN), positions: Float64Array.of(-1) };
}

/** Refuses a number that is no frame of the clip. */
export function requireFrame(index: FrameIndex, frame: number, path: string): void {
  if (Number.isInteger(frame) && frame >= 0 && frame < index.pts.length) return;
  throw new AcutanceError('usage', `"${path}" has no frame ${frame}; it has ${index.pts.length} frames.`, {
    hint: `Frames are counted from 0 to ${index.pts.length - 1}.`,
  });
}
