import { AVCOL_RANGE_JPEG, AVCOL_RANGE_MPEG, AVCOL_SPC_UNSPECIFIED } from 'node-av/constants';
import type { AVColorRange, AVColorSpace } from 'node-av/constants';
import { effectiveMatrix } from './color-matrix.ts';
import type { EncoderPlan } from './export-preset.ts';
import type { VideoStreamInfo } from './media-info.ts';
import type { PictureTags } from './picture-tags.ts';
import { describePlanar, planarEquivalent } from './pixel-format.ts';

/**
 * Matrix and range of an output: those of the source, except where the source is RGB and the output is not, which
 * has to be given a matrix, and where the codec knows video range only. They agree with what `FrameConverter.fromRgb` does.
 */
export function outputColor(
  tags: PictureTags,
  video: VideoStreamInfo,
  { encoderFormat, videoRangeOnly }: Pick<EncoderPlan, 'encoderFormat' | 'videoRangeOnly'>,
): { readonly matrix: AVColorSpace; readonly range: AVColorRange } {
  const source = describePlanar(planarEquivalent(video.pixelFormat).format);
  const target = describePlanar(encoderFormat);
  if (source?.model === 'rgb' && target?.model === 'yuv') {
    const matrix = effectiveMatrix(AVCOL_SPC_UNSPECIFIED, video.height) as AVColorSpace;
    return { matrix, range: AVCOL_RANGE_MPEG };
  }
  const range = source?.fullRangeByName ? AVCOL_RANGE_JPEG : tags.range;
  const narrowed = videoRangeOnly && range === AVCOL_RANGE_JPEG;
  return { matrix: tags.matrix, range: narrowed ? AVCOL_RANGE_MPEG : range };
}
