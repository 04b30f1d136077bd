import {
  AV_FRAME_DATA_CONTENT_LIGHT_LEVEL,
  AV_FRAME_DATA_DISPLAYMATRIX,
  AV_FRAME_DATA_DOVI_METADATA,
  AV_FRAME_DATA_DOVI_RPU_BUFFER,
  AV_FRAME_DATA_MASTERING_DISPLAY_METADATA,
  AV_PKT_DATA_CONTENT_LIGHT_LEVEL,
  AV_PKT_DATA_DISPLAYMATRIX,
  AV_PKT_DATA_DOVI_CONF,
  AV_PKT_DATA_MASTERING_DISPLAY_METADATA,
  type AVChromaLocation,
  type AVColorPrimaries,
  type AVColorRange,
  type AVColorSpace,
  type AVColorTransferCharacteristic,
  type AVFrameSideDataType,
  type AVPacketSideDataType,
} from 'node-av/constants';
import type { CodecParameters, Frame } from 'node-av/lib';
import type { Rational } from '../../shared/time.ts';
import { check } from './ffmpeg-failure.ts';
import type { HdrInfo, MasteringDisplay } from './media-info.ts';

/** What describes a whole picture stream, as FFmpeg's numbers and memory layouts, for handing on to an output. */
export interface PictureTags {
  readonly matrix: AVColorSpace;
  readonly range: AVColorRange;
  readonly primaries: AVColorPrimaries;
  readonly transfer: AVColorTransferCharacteristic;
  readonly chromaLocation: AVChromaLocation;
  readonly displayMatrix: Buffer | undefined;
  readonly masteringDisplay: Buffer | undefined;
  readonly contentLight: Buffer | undefined;
  readonly dolbyVision: boolean;
}

/** Containers keep side data in the stream, bitstreams in the frames; the stream's word goes first. */
export function readPictureTags(parameters: CodecParameters, frame: Frame): PictureTags {
  const either = (inStream: AVPacketSideDataType, inFrame: AVFrameSideDataType): Buffer | undefined => {
    const data = parameters.getCodedSideData(inStream) ?? frame.getSideData(inFrame);
    return data ? Buffer.from(data) : undefined;
  };
  return {
    matrix: frame.colorSpace,
    range: frame.colorRange,
    primaries: frame.colorPrimaries,
    transfer: frame.colorTrc,
    chromaLocation: frame.chromaLocation,
    displayMatrix: either(AV_PKT_DATA_DISPLAYMATRIX, AV_FRAME_DATA_DISPLAYMATRIX),
    masteringDisplay: either(
      AV_PKT_DATA_MASTERING_DISPLAY_METADATA,
      AV_FRAME_DATA_MASTERING_DISPLAY_METADATA,
    ),
    contentLight: either(AV_PKT_DATA_CONTENT_LIGHT_LEVEL, AV_FRAME_DATA_CONTENT_LIGHT_LEVEL),
    dolbyVision:
      parameters.getCodedSideData(AV_PKT_DATA_DOVI_CONF) !== null ||
      frame.getSideData(AV_FRAME_DATA_DOVI_RPU_BUFFER) !== null ||
      frame.getSideData(AV_FRAME_DATA_DOVI_METADATA) !== null,
  };
}

/** Hands the side data on to the parameters of an output stream. */
export function addSideData(parameters: CodecParameters, tags: PictureTags): void {
  const entries = [
    [AV_PKT_DATA_DISPLAYMATRIX, tags.displayMatrix],
    [AV_PKT_DATA_MASTERING_DISPLAY_METADATA, tags.masteringDisplay],
    [AV_PKT_DATA_CONTENT_LIGHT_LEVEL, tags.contentLight],
  ] as const;
  for (const [type, data] of entries) {
    if (data) check(parameters.addCodedSideData(type, data), 'internal', 'Adding side data to the output');
  }
}

/** Degrees clockwise, 0..359, that a display matrix (nine 16.16 / 2.30 fixed-point numbers) turns a picture. */
export function rotationOf(displayMatrix: Buffer | undefined): number {
  if (!displayMatrix || displayMatrix.length < 36) return 0;
  const cosine = displayMatrix.readInt32LE(0);
  const sine = displayMatrix.readInt32LE(4);
  if (cosine === 0 && sine === 0) return 0;
  const degrees = Math.round((Math.atan2(sine, cosine) * 180) / Math.PI);
  return ((degrees % 360) + 360) % 360;
}

/** Reads `AVMasteringDisplayMetadata` and `AVContentLightMetadata`. */
export function describeHdr(tags: PictureTags): HdrInfo {
  const light = tags.contentLight;
  return {
    masteringDisplay: tags.masteringDisplay && readMasteringDisplay(tags.masteringDisplay),
    contentLight:
      light && light.length >= 8
        ? { max: light.readUInt32LE(0), maxFrameAverage: light.readUInt32LE(4) }
        : undefined,
    dolbyVision: tags.dolbyVision,
  };
}

function readMasteringDisplay(data: Buffer): MasteringDisplay | undefined {
  if (data.length < 88) return undefined;
  const hasBoth = data.readInt32LE(80) !== 0 && data.readInt32LE(84) !== 0;
  if (!hasBoth) return undefined;
  const rational = (index: number): Rational => ({
    num: data.readInt32LE(index * 8),
    den: data.readInt32LE(index * 8 + 4),
  });
  return {
    red: [rational(0), rational(1)],
    green: [rational(2), rational(3)],
    blue: [rational(4), rational(5)],
    white: [rational(6), rational(7)],
    minLuminance: rational(8),
    maxLuminance: rational(9),
  };
}
