import type {
  EvaluatedFrame,
  EvaluationMean,
  FrameQuality,
  MeanQuality,
  Quality,
} from '../../shared/evaluation.ts';

/**
 * The means of some clips' frames. Aligned scores leave out the first frame of every clip, as the published measurement
 * does, unless there is no other.
 */
export function meanOfClips(clips: readonly (readonly EvaluatedFrame[])[]): EvaluationMean {
  const frames = clips.flat();
  const inputs = clips.map((clip) => clip.map(({ input }) => input));
  const outputs = clips.map((clip) => clip.flatMap(({ output }) => output ?? []));
  return {
    frames: frames.length,
    input: meanOfQualities(inputs),
    output: outputs.flat().length === 0 ? undefined : meanOfQualities(outputs),
  };
}

function meanOfQualities(clips: readonly (readonly FrameQuality[])[]): MeanQuality {
  const settled = clips.flatMap((clip) => (clip.length > 1 ? clip.slice(1) : clip));
  const aligned = settled.flatMap((quality) => quality.aligned ?? []);
  return { ...mean(clips.flat()), aligned: aligned.length === 0 ? undefined : mean(aligned) };
}

function mean(qualities: readonly Quality[]): Quality {
  const of = (value: (quality: Quality) => number) =>
    qualities.reduce((sum, quality) => sum + value(quality), 0) / qualities.length;
  return { psnr: of(({ psnr }) => psnr), ssim: of(({ ssim }) => ssim) };
}
