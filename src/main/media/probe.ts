import { stat } from 'node:fs/promises';
import {
  AV_NOPTS_VALUE,
  AVMEDIA_TYPE_ATTACHMENT,
  AVMEDIA_TYPE_AUDIO,
  AVMEDIA_TYPE_DATA,
  AVMEDIA_TYPE_SUBTITLE,
  AVMEDIA_TYPE_VIDEO,
  type AVPixelFormat,
} from 'node-av/constants';
import { type Frame, type Stream, avGetCodecName, avGetPixFmtName } from 'node-av/lib';
import { AcutanceError } from '../../shared/errors.ts';
import { type Rational, rescaleTicks } from '../../shared/time.ts';
import { announcedSize } from './announced-size.ts';
import { readChapters } from './chapters.ts';
import {
  chromaLocationName,
  fieldOrderName,
  matrixName,
  primariesName,
  rangeName,
  transferName,
} from './color-tags.ts';
import type { MediaInfo, StreamSummary, VideoStreamInfo } from './media-info.ts';
import { MediaSource } from './media-source.ts';
import { summarisePixelFormat } from './pixel-format.ts';
import { type PictureTags, describeHdr, readPictureTags, rotationOf } from './picture-tags.ts';
import { VideoDecoder } from './video-decoder.ts';

const MICROSECONDS: Rational = { num: 1, den: 1_000_000 };

/** A probed file together with the raw tags that an output needs. */
export interface ProbeResult {
  readonly info: MediaInfo;
  readonly tags: PictureTags;
}

/**
 * Reads what a media file holds. The first frame is decoded, so that a file without a decodable picture fails here
 * and tags that only the bitstream carries are seen.
 *
 * @throws AcutanceError as `MediaSource.open`; `input-corrupt` when no frame can be decoded.
 */
export async function probe(path: string): Promise<MediaInfo> {
  return (await probeWithTags(path)).info;
}

/** As `probe`, with the raw tags of the picture stream. */
export async function probeWithTags(path: string): Promise<ProbeResult> {
  const source = await MediaSource.open(path);
  try {
    const decoder = await VideoDecoder.open(source);
    try {
      const frame = await decoder.next();
      if (!frame) {
        throw new AcutanceError('input-corrupt', `"${path}" holds no frame that can be decoded.`, {
          hint: 'Copy the file again from where it came from; it may be cut off or damaged.',
        });
      }
      try {
        return await describe(source, frame);
      } finally {
        frame.free();
      }
    } finally {
      decoder.dispose();
    }
  } finally {
    await source.close();
  }
}

async function describe(source: MediaSource, frame: Frame): Promise<ProbeResult> {
  const { format, video, path } = source;
  const tags = readPictureTags(video.codecpar, frame);
  const metadata = format.metadata?.getAll() ?? {};
  const streams = format.streams;
  const timecode =
    format.metadata?.get('timecode') ??
    [video, ...streams].map((stream) => stream.metadata?.get('timecode')).find((value) => value);
  const container = format.iformat?.name ?? 'unknown';
  const info: MediaInfo = {
    path,
    container,
    durationSeconds: format.duration === AV_NOPTS_VALUE ? undefined : Number(format.duration) / 1e6,
    bytes: (await stat(path)).size,
    announcedBytes: await announcedSize(path, container),
    video: describeVideo(source, frame, tags),
    otherStreams: streams.filter((stream) => stream.index !== video.index).map(summarise),
    chapters: await readChapters(format),
    timecode: timecode ?? undefined,
    metadata,
  };
  return { info, tags };
}

function describeVideo(source: MediaSource, frame: Frame, tags: PictureTags): VideoStreamInfo {
  const { video, format } = source;
  const timeBase = plain(video.timeBase);
  const rotation = rotationOf(tags.displayMatrix);
  const pixelAspect = valid(frame.sampleAspectRatio) ?? valid(video.sampleAspectRatio);
  const shownWidth = Math.round(frame.width * (pixelAspect ? pixelAspect.num / pixelAspect.den : 1));
  const sideways = rotation % 180 === 90;
  const pixelFormat = avGetPixFmtName(frame.format as AVPixelFormat) ?? 'unknown';
  const { bits, chroma } = summarisePixelFormat(pixelFormat);
  const ownDuration = known(video.duration) ?? taggedDuration(video, timeBase);
  const durationTicks = ownDuration ?? fromMicroseconds(known(format.duration), timeBase);
  const averageFrameRate = valid(video.avgFrameRate);
  const fieldOrder: unknown = video.codecpar.toJSON()['fieldOrder'];
  return {
    index: video.index,
    codec: avGetCodecName(video.codecpar.codecId) ?? 'unknown',
    width: frame.width,
    height: frame.height,
    displayWidth: sideways ? frame.height : shownWidth,
    displayHeight: sideways ? shownWidth : frame.height,
    pixelAspect,
    rotation,
    pixelFormat,
    bitDepth: bits,
    chroma,
    matrix: matrixName(frame.colorSpace),
    range: rangeName(frame.colorRange),
    primaries: primariesName(frame.colorPrimaries),
    transfer: transferName(frame.colorTrc),
    chromaLocation: chromaLocationName(frame.chromaLocation),
    fieldOrder: fieldOrderName(typeof fieldOrder === 'number' ? fieldOrder : 0),
    averageFrameRate,
    nominalFrameRate: valid(video.rFrameRate),
    timeBase,
    startTicks: known(frame.bestEffortTimestamp) ?? known(video.startTime) ?? 0n,
    durationTicks,
    durationIsOwn: ownDuration !== undefined,
    frameCountHint: countHint(video, durationTicks, timeBase, averageFrameRate),
    hdr: describeHdr(tags),
    metadata: pictureMetadata(video.metadata?.getAll() ?? {}),
  };
}

/** What a person said about the picture; the rest describes the file it was in. */
function pictureMetadata(metadata: Readonly<Record<string, string>>): Record<string, string> {
  const kept = ['language', 'title', 'creation_time', 'comment'];
  return Object.fromEntries(Object.entries(metadata).filter(([key]) => kept.includes(key.toLowerCase())));
}

function countHint(
  video: Stream,
  durationTicks: bigint | undefined,
  timeBase: Rational,
  rate: Rational | undefined,
): number | undefined {
  if (video.nbFrames > 0n) return Number(video.nbFrames);
  if (durationTicks === undefined || !rate) return undefined;
  const frames = (Number(durationTicks) * timeBase.num * rate.num) / (timeBase.den * rate.den);
  return Math.max(1, Math.round(frames));
}

/** Matroska keeps the length of a stream in a tag, `HH:MM:SS.nnnnnnnnn`. */
function taggedDuration(stream: Stream, timeBase: Rational): bigint | undefined {
  const match = /^(\d+):(\d+):(\d+)\.(\d{9})$/.exec(stream.metadata?.get('duration') ?? '');
  if (!match) return undefined;
  const [, hours = '0', minutes = '0', seconds = '0', nanoseconds = '0'] = match;
  const whole = (BigInt(hours) * 60n + BigInt(minutes)) * 60n + BigInt(seconds);
  return rescaleTicks(whole * 1_000_000_000n + BigInt(nanoseconds), { num: 1, den: 1_000_000_000 }, timeBase);
}

function summarise(stream: Stream): StreamSummary {
  const { codecpar } = stream;
  const types = new Map<number, StreamSummary['type']>([
    [AVMEDIA_TYPE_VIDEO, 'video'],
    [AVMEDIA_TYPE_AUDIO, 'audio'],
    [AVMEDIA_TYPE_SUBTITLE, 'subtitle'],
    [AVMEDIA_TYPE_DATA, 'data'],
    [AVMEDIA_TYPE_ATTACHMENT, 'attachment'],
  ]);
  const type = types.get(codecpar.codecType) ?? 'unknown';
  return {
    index: stream.index,
    type,
    codec: avGetCodecName(codecpar.codecId) ?? 'unknown',
    language: stream.metadata?.get('language') ?? undefined,
    title: stream.metadata?.get('title') ?? undefined,
    sampleRate: type === 'audio' ? codecpar.sampleRate : undefined,
    channels: type === 'audio' ? codecpar.channelLayout.nbChannels : undefined,
  };
}

function plain(rational: Rational): Rational {
  return { num: rational.num, den: rational.den };
}

function valid(rational: Rational): Rational | undefined {
  return rational.num > 0 && rational.den > 0 ? plain(rational) : undefined;
}

function known(ticks: bigint): bigint | undefined {
  return ticks === AV_NOPTS_VALUE ? undefined : ticks;
}

function fromMicroseconds(duration: bigint | undefined, timeBase: Rational): bigint | undefined {
  return duration === undefined ? undefined : rescaleTicks(duration, MICROSECONDS, timeBase);
}
