import type { EvaluatedClip, EvaluatedFrame, FrameQuality } from '../../shared/evaluation.ts';

/** A value of a frame that reports show; the key is the heading of its column in a CSV file. */
export interface ScoreColumn {
  readonly key: string;
  readonly value: (frame: EvaluatedFrame) => number | undefined;
}

/** The columns that some clips' frames have values for. */
export function scoreColumns(clips: readonly EvaluatedClip[]): ScoreColumn[] {
  const sample = clips.flatMap(({ frames }) => frames.slice(0, 1))[0];
  return [
    ...sideColumns('input', ({ input }) => input),
    ...sideColumns('output', ({ output }) => output),
  ].filter(({ value }) => sample !== undefined && value(sample) !== undefined);
}

function sideColumns(
  side: string,
  quality: (frame: EvaluatedFrame) => FrameQuality | undefined,
): ScoreColumn[] {
  return [
    { key: `${side}_psnr`, value: (frame) => quality(frame)?.psnr },
    { key: `${side}_ssim`, value: (frame) => quality(frame)?.ssim },
    { key: `${side}_aligned_psnr`, value: (frame) => quality(frame)?.aligned?.psnr },
    { key: `${side}_aligned_ssim`, value: (frame) => quality(frame)?.aligned?.ssim },
    { key: `${side}_right`, value: (frame) => quality(frame)?.aligned?.right },
    { key: `${side}_down`, value: (frame) => quality(frame)?.aligned?.down },
  ];
}
