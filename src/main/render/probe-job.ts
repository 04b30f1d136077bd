import type { ClipDescription, ProbeRequest } from '../../shared/clip-description.ts';
import type { Rational } from '../../shared/time.ts';
import { type MediaInfo, cutOff, probe } from '../media/index.ts';
import type { JobContext } from './engine-server.ts';

/**
 * Describes a video file. It runs in the engine because looking into a file is decoding it.
 *
 * @throws AcutanceError `input-unreadable`, `input-unsupported`, `input-corrupt`, `cancelled`.
 */
export async function runProbe({ input }: ProbeRequest, context: JobContext): Promise<ClipDescription> {
  context.phase('opening');
  const info = await probe(input);
  context.signal.throwIfAborted();
  const damage = cutOff(info);
  if (damage !== undefined) context.notice({ code: 'media', message: `The clip is damaged: ${damage}.` });
  return describeClip(info);
}

/** What was found in a file, as the application speaks of it. */
export function describeClip(info: MediaInfo): ClipDescription {
  const { path, bytes, container, durationSeconds, video, otherStreams, chapters, timecode } = info;
  const rate = video.averageFrameRate ?? video.nominalFrameRate;
  return {
    path,
    bytes,
    container,
    durationSeconds,
    codec: video.codec,
    pixelFormat: video.pixelFormat,
    bitDepth: video.bitDepth,
    chroma: video.chroma,
    width: video.width,
    height: video.height,
    displayWidth: video.displayWidth,
    displayHeight: video.displayHeight,
    rotation: video.rotation,
    frameRate: rate && `${rate.num}/${rate.den}`,
    variableFrameRate: !sameRate(video.averageFrameRate, video.nominalFrameRate),
    frames: video.frameCountHint,
    matrix: video.matrix,
    range: video.range,
    primaries: video.primaries,
    transfer: video.transfer,
    timecode,
    chapters: chapters.length,
    otherStreams: otherStreams.map(({ type, codec, language }) => ({ type, codec, language })),
  };
}

/** Whether frames may be counted with a rate: containers round, so the two are compared to a part in a thousand. */
export function sameRate(average: Rational | undefined, nominal: Rational | undefined): boolean {
  if (!average || !nominal) return true;
  const ratio = (average.num * nominal.den) / (average.den * nominal.num);
  return Math.abs(ratio - 1) < 1e-3;
}
