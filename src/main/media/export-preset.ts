import { extname } from 'node:path';
import { AcutanceError } from '../../shared/errors.ts';
import type { ExportPreset } from '../../shared/settings.ts';
import type { MasteringDisplay, VideoStreamInfo } from './media-info.ts';
import { type PixelFormat, describePlanar, planarEquivalent } from './pixel-format.ts';
import type { Rational } from '../../shared/time.ts';

/** Everything that a preset decides for a given source. */
export interface EncoderPlan {
  /** FFmpeg's name of the encoder. */
  readonly encoder: 'libx264' | 'libx265' | 'prores_ks' | 'ffv1';
  /** Options of the encoder, by FFmpeg's names; the first set that it takes for the size of the picture applies. */
  readonly optionSets: readonly Readonly<Record<string, string>>[];
  /** What the encoder takes. */
  readonly encoderFormat: string;
  /** The planar format that frames for this plan are best made in; the same samples as `encoderFormat`. */
  readonly frameFormat: string;
  /** Whether the codec can't say that codes take the full range, so that they have to be brought to video range. */
  readonly videoRangeOnly: boolean;
  /** Four-character code where the container's default is not the one that players expect. */
  readonly codecTag: string | undefined;
  /** FFmpeg's name of the container. */
  readonly container: 'mp4' | 'mov' | 'matroska';
  readonly notices: readonly string[];
}

interface PresetRule {
  readonly label: string;
  readonly extensions: readonly string[];
  readonly advice: string;
}

const RULES: Readonly<Record<ExportPreset, PresetRule>> = {
  h264: { label: 'H.264', extensions: ['.mp4', '.m4v', '.mov', '.mkv'], advice: 'Use .mp4.' },
  h265: { label: 'H.265', extensions: ['.mp4', '.m4v', '.mov', '.mkv'], advice: 'Use .mp4.' },
  prores: { label: 'ProRes', extensions: ['.mov', '.mkv'], advice: 'Use .mov.' },
  ffv1: { label: 'FFV1', extensions: ['.mkv'], advice: 'Use .mkv.' },
};

const CONTAINERS: Readonly<Record<string, EncoderPlan['container']>> = {
  '.mp4': 'mp4',
  '.m4v': 'mp4',
  '.mov': 'mov',
  '.mkv': 'matroska',
};

/** The container that an output's extension asks for. @throws AcutanceError `usage` when the preset can't go there. */
export function containerFor(path: string, preset: ExportPreset): EncoderPlan['container'] {
  const extension = extname(path).toLowerCase();
  const rule = RULES[preset];
  const container = CONTAINERS[extension];
  if (container && rule.extensions.includes(extension)) return container;
  const what = extension === '' ? 'has no extension' : `ends in ${extension}`;
  throw new AcutanceError(
    'usage',
    `"${path}" ${what}, which does not go with ${rule.label} (--preset ${preset}).`,
    {
      hint: `${rule.advice} Possible: ${rule.extensions.join(', ')}.`,
    },
  );
}

/** Chooses encoder, pixel format and options for a source. @throws AcutanceError `usage` as `containerFor`. */
export function planEncoder(path: string, preset: ExportPreset, video: VideoStreamInfo): EncoderPlan {
  const container = containerFor(path, preset);
  const notices: string[] = [];
  const source = describePlanar(planarEquivalent(video.pixelFormat).format);
  if (!source) {
    throw new AcutanceError('input-unsupported', `The pixel format ${video.pixelFormat} can't be written.`);
  }
  const formats =
    preset === 'ffv1'
      ? losslessFormats(source, video.pixelFormat)
      : deliveryFormats(preset, source, video, notices);
  const codecTag = preset === 'h265' && container !== 'matroska' ? 'hvc1' : undefined;
  const common = { ...formats, videoRangeOnly: preset === 'prores', container, codecTag, notices };
  switch (preset) {
    case 'h264':
      return { encoder: 'libx264', optionSets: [x264Options(video)], ...common };
    case 'h265':
      return { encoder: 'libx265', optionSets: [x265Options(video)], ...common };
    case 'prores': {
      const profile = formats.encoderFormat.includes('444') ? '4444' : 'hq';
      return {
        encoder: 'prores_ks',
        optionSets: [{ profile, vendor: 'apl0', ...interlacing(video, true) }],
        ...common,
      };
    }
    case 'ffv1': {
      return { encoder: 'ffv1', optionSets: ffv1Options(video), ...common };
    }
  }
}

/**
 * Every frame by itself, with checksums. FFmpeg's encoder divides the picture into slices and refuses sizes that it
 * can't divide in the way it meant to; those are written in one piece, and very narrow ones in FFV1's first version,
 * which has no slices.
 */
function ffv1Options(video: VideoStreamInfo): Record<string, string>[] {
  const modern = { level: '3', g: '1', slicecrc: '1', ...interlacing(video, false) };
  return [modern, { ...modern, slices: '1' }, { ...interlacing(video, false), level: '1', g: '1' }];
}

/** What FFV1 takes as it is although frames are worked on in another format: 4:1:1 of DV tape, gray with alpha. */
const ONLY_COPIED = ['yuv411p', 'yuv410p', 'ya8'];

/** FFV1 takes every planar format but 8-bit planar RGB, which it knows as packed. */
function losslessFormats(
  source: PixelFormat,
  pixelFormat: string,
): { encoderFormat: string; frameFormat: string } {
  const frameFormat = source.name.replace('yuvj', 'yuv');
  if (ONLY_COPIED.includes(pixelFormat)) return { frameFormat, encoderFormat: pixelFormat };
  if (source.model === 'rgb' && source.bits === 8) {
    return { frameFormat, encoderFormat: source.alpha ? 'bgra' : 'bgr0' };
  }
  return { frameFormat, encoderFormat: frameFormat };
}

/** Bits per sample that the encoders take. */
const DEPTHS: Readonly<Record<'h264' | 'h265' | 'prores', readonly number[]>> = {
  h264: [8, 10],
  h265: [8, 10, 12],
  prores: [10],
};

function deliveryFormats(
  preset: 'h264' | 'h265' | 'prores',
  source: PixelFormat,
  video: VideoStreamInfo,
  notices: string[],
): { encoderFormat: string; frameFormat: string } {
  const depths = DEPTHS[preset];
  const bits = depths.find((depth) => depth >= source.bits) ?? depths.at(-1) ?? 8;
  const { label } = RULES[preset];
  if (bits < source.bits)
    notices.push(`${label} holds ${bits} bits per sample; the clip has ${source.bits}.`);
  const sampling = chooseSampling(preset, source, video, notices);
  const alpha = source.alpha && preset === 'prores';
  if (source.alpha && !alpha) notices.push(`${label} holds no transparency; it is left out.`);
  const name = `yuv${alpha ? 'a' : ''}${alpha ? '444' : sampling}p${bits === 8 ? '' : `${bits}le`}`;
  return { encoderFormat: name, frameFormat: name };
}

function chooseSampling(
  preset: 'h264' | 'h265' | 'prores',
  source: PixelFormat,
  video: VideoStreamInfo,
  notices: string[],
): '420' | '422' | '444' {
  const coarse = /^yuvj?41[01]p/.test(video.pixelFormat);
  if (preset === 'prores') return !coarse && isFullChroma(source) ? '444' : '422';
  const wanted =
    coarse || source.model === 'gray'
      ? '420'
      : isFullChroma(source)
        ? '444'
        : source.chromaShiftY === 0
          ? '422'
          : '420';
  const oddWidth = video.width % 2 === 1 && wanted !== '444';
  const oddHeight = video.height % 2 === 1 && wanted === '420';
  if (!oddWidth && !oddHeight) return wanted;
  notices.push(
    `${RULES[preset].label} holds a size of ${video.width}x${video.height} only with full chroma, so the output is ` +
      '4:4:4, which some players cannot show.',
  );
  return '444';
}

function isFullChroma(source: PixelFormat): boolean {
  return source.model !== 'gray' && source.chromaShiftX === 0;
}

/** Visually lossless at CRF 16: about 1 dB above the point where trained viewers see a difference. */
function x264Options(video: VideoStreamInfo): Record<string, string> {
  const display = video.hdr.masteringDisplay;
  const light = video.hdr.contentLight;
  const parameters = [
    ...(display ? [`mastering-display=${hevcDisplay(display)}`] : []),
    ...(light ? [`cll=${light.max},${light.maxFrameAverage}`] : []),
  ];
  return {
    preset: 'medium',
    crf: '16',
    ...interlacing(video, true),
    ...(parameters.length > 0 ? { 'x264-params': parameters.join(':') } : {}),
  };
}

function x265Options(video: VideoStreamInfo): Record<string, string> {
  const display = video.hdr.masteringDisplay;
  const light = video.hdr.contentLight;
  const parameters = [
    'log-level=none',
    ...(display ? [`master-display=${hevcDisplay(display)}`] : []),
    ...(light ? [`max-cll=${light.max},${light.maxFrameAverage}`] : []),
  ];
  return { preset: 'medium', crf: '17', ...interlacing(video, false), 'x265-params': parameters.join(':') };
}

function interlacing(video: VideoStreamInfo, codedAsFields: boolean): Record<string, string> {
  if (video.fieldOrder === 'progressive') return { field_order: 'progressive' };
  if (!['tt', 'bb', 'tb', 'bt'].includes(video.fieldOrder)) return {};
  return { field_order: video.fieldOrder, ...(codedAsFields ? { flags: '+ildct+ilme' } : {}) };
}

/** The notation of x264 and x265: chromaticities in 0.00002, luminances in 0.0001 candela per square metre. */
function hevcDisplay(display: MasteringDisplay): string {
  const units = ({ num, den }: Rational, unit: number) => Math.round((num / den) * unit);
  const point = ([x, y]: readonly [Rational, Rational]) => `(${units(x, 50000)},${units(y, 50000)})`;
  return (
    `G${point(display.green)}B${point(display.blue)}R${point(display.red)}WP${point(display.white)}` +
    `L(${units(display.maxLuminance, 10000)},${units(display.minLuminance, 10000)})`
  );
}
