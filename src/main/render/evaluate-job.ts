import type {
  EvaluatedClip,
  EvaluatedFrame,
  EvaluateRequest,
  EvaluateResult,
  FrameQuality,
} from '../../shared/evaluation.ts';
import { AcutanceError } from '../../shared/errors.ts';
import type { DeblurSettings } from '../../shared/settings.ts';
import { ALIGNED_SMALLEST, Alignment } from '../evaluation/alignment.ts';
import { type ClipPair, findClipPairs, unequalCounts } from '../evaluation/clip-pairs.ts';
import { psnr } from '../evaluation/psnr.ts';
import type { RgbPicture } from '../evaluation/rgb-picture.ts';
import { meanOfClips } from '../evaluation/scores.ts';
import { SSIM_SMALLEST, ssim } from '../evaluation/ssim.ts';
import { restoreShots } from '../inference/shots.ts';
import { type ArrayCuts, framesWithCuts, type FramesWithCutsOptions } from './array-cuts.ts';
import type { DeblurrerCache } from './deblurrer-cache.ts';
import type { JobContext } from './engine-server.ts';
import { evaluationCuts } from './evaluation-cuts.ts';
import { type NamedFrame, readFrames, roundTo8Bits } from './evaluation-frames.ts';
import { ProgressMeter } from './progress-meter.ts';
import { applyStrength } from './strength.ts';

/**
 * Compares blurry frames, and what a network makes of them, with sharp ones: all of them clamped to [0, 1] and rounded to 8
 * bits, as in a written picture, on which published scores are measured.
 *
 * @throws AcutanceError as `findClipPairs` and `evaluationCuts`; `input-unsupported` for sizes that differ or are too small;
 *   for anything about the weights or the device.
 */
export async function runEvaluate(
  request: EvaluateRequest,
  context: JobContext,
  deblurrers: DeblurrerCache,
): Promise<EvaluateResult> {
  const started = performance.now();
  context.phase('opening');
  const { layout, pairs } = await findClipPairs(request.blurry, request.sharp, request);
  const { deblur } = request;
  const cuts: ArrayCuts[] = [];
  // Of all clips before the first is restored: a cut that is not there is told at once.
  for (const { blurry } of deblur ? pairs : []) {
    cuts.push(await evaluationCuts(deblur?.cuts, blurry, context.signal));
  }
  const evaluation = new Evaluation(request, context, deblurrers, countFrames(pairs));
  const clips: EvaluatedClip[] = [];
  for (const [index, pair] of pairs.entries()) clips.push(await evaluation.clip(pair, cuts[index]));
  return {
    layout,
    clips,
    overall: meanOfClips(clips.map(({ frames }) => frames)),
    seconds: (performance.now() - started) / 1000,
    deblur: evaluation.provenance,
  };
}

/** A frame whose result is still to come. */
interface WaitingFrame {
  readonly name: string;
  readonly input: FrameQuality;
  readonly blurry: NamedFrame;
  readonly sharp: NamedFrame;
}

class Evaluation {
  readonly #request: EvaluateRequest;
  readonly #context: JobContext;
  readonly #deblurrers: DeblurrerCache;
  readonly #meter: ProgressMeter;
  #provenance: EvaluateResult['deblur'];

  constructor(
    request: EvaluateRequest,
    context: JobContext,
    deblurrers: DeblurrerCache,
    frames: number | undefined,
  ) {
    this.#request = request;
    this.#context = context;
    this.#deblurrers = deblurrers;
    this.#meter = new ProgressMeter(frames);
  }

  get provenance(): EvaluateResult['deblur'] {
    return this.#provenance;
  }

  async clip(pair: ClipPair, cuts: ArrayCuts = 'detect'): Promise<EvaluatedClip> {
    const both = pairFrames(pair, this.#context.signal);
    try {
      const first = await both.next();
      if (first.done) throw new AcutanceError('internal', `"${pair.blurry.path}" gave no frame.`);
      const { width, height } = first.value.blurry;
      requireSize(pair, width, height, this.#request.align);
      const measure = measuring(width, height, this.#request.align);
      const paired = withFirst(first.value, both);
      const frames: EvaluatedFrame[] = [];
      const { deblur } = this.#request;
      for await (const frame of deblur
        ? this.#restored(paired, deblur, { width, height, cuts }, measure)
        : this.#inputs(paired, measure)) {
        frames.push(frame);
        this.#context.progress(this.#meter.frame());
      }
      return { name: pair.name, width, height, frames, mean: meanOfClips([frames]) };
    } finally {
      await both.return();
    }
  }

  async *#inputs(paired: AsyncIterable<FramePair>, measure: Measure): AsyncGenerator<EvaluatedFrame> {
    this.#context.phase('comparing');
    for await (const { blurry, sharp } of paired) {
      yield { name: blurry.name, input: measure(blurry, sharp) };
    }
  }

  async *#restored(
    paired: AsyncIterable<FramePair>,
    settings: DeblurSettings,
    { cuts, ...size }: FramesWithCutsOptions,
    measure: Measure,
  ): AsyncGenerator<EvaluatedFrame> {
    const { signal } = this.#context;
    this.#context.phase('loading');
    const deblurrer = await this.#deblurrers.acquire(settings, size, this.#context);
    try {
      this.#provenance = deblurrer.provenance;
      this.#context.phase('deblurring');
      const waiting: WaitingFrame[] = [];
      const frames = framesWithCuts(intake(paired, waiting, measure), { ...size, cuts });
      for await (const rgb of restoreShots(deblurrer, frames, { signal })) {
        const frame = waiting.shift();
        if (!frame) throw new AcutanceError('internal', 'The network gave more frames than it got.');
        applyStrength(rgb, frame.blurry.rgb, settings.strength ?? 1);
        roundTo8Bits(rgb);
        const output = measure({ ...size, rgb }, frame.sharp);
        yield { name: frame.name, input: frame.input, output };
      }
      if (waiting.length > 0) {
        throw new AcutanceError('internal', `The network left out ${waiting.length} frames.`);
      }
    } finally {
      await deblurrer.release();
    }
  }
}

interface FramePair {
  readonly blurry: NamedFrame;
  readonly sharp: NamedFrame;
}

type Measure = (picture: RgbPicture, reference: RgbPicture) => FrameQuality;

function measuring(width: number, height: number, align: boolean): Measure {
  const alignment = align ? new Alignment(width, height) : undefined;
  return (picture, reference) => ({
    psnr: psnr(picture, reference),
    ssim: ssim(picture, reference),
    aligned: alignment?.measure(picture, reference),
  });
}

/** Both sides in step. */
async function* pairFrames(pair: ClipPair, signal: AbortSignal): AsyncGenerator<FramePair, void, undefined> {
  const blurryFrames = readFrames(pair.blurry, signal);
  const sharpFrames = readFrames(pair.sharp, signal);
  try {
    for (let count = 0; ; count++) {
      signal.throwIfAborted();
      const blurry = await blurryFrames.next();
      const sharp = await sharpFrames.next();
      if (blurry.done && sharp.done) return;
      if (blurry.done || sharp.done) {
        const tell = (ended: boolean | undefined) => (ended ? count : `more than ${count}`);
        throw unequalCounts(pair.blurry.path, tell(blurry.done), pair.sharp.path, tell(sharp.done));
      }
      const frames = { blurry: blurry.value, sharp: sharp.value };
      requireSameSize(pair, frames);
      yield frames;
    }
  } finally {
    await blurryFrames.return();
    await sharpFrames.return();
  }
}

async function* withFirst(first: FramePair, rest: AsyncIterable<FramePair>): AsyncGenerator<FramePair> {
  yield first;
  yield* rest;
}

async function* intake(
  paired: AsyncIterable<FramePair>,
  waiting: WaitingFrame[],
  measure: Measure,
): AsyncGenerator<Float32Array> {
  for await (const { blurry, sharp } of paired) {
    waiting.push({ name: blurry.name, input: measure(blurry, sharp), blurry, sharp });
    yield blurry.rgb;
  }
}

function requireSameSize(pair: ClipPair, { blurry, sharp }: FramePair): void {
  if (blurry.width === sharp.width && blurry.height === sharp.height) return;
  throw new AcutanceError(
    'input-unsupported',
    `"${pair.blurry.path}" is ${blurry.width}x${blurry.height}, "${pair.sharp.path}" is ${sharp.width}x${sharp.height}.`,
    { hint: 'Frames are compared pixel by pixel: both sides need one size.' },
  );
}

function requireSize({ blurry }: ClipPair, width: number, height: number, align: boolean): void {
  const smallest = align ? ALIGNED_SMALLEST : SSIM_SMALLEST;
  if (width >= smallest && height >= smallest) return;
  throw new AcutanceError(
    'input-unsupported',
    `"${blurry.path}" is ${width}x${height}; ${align ? 'aligned scores need' : 'SSIM needs'} at least ${smallest}x${smallest}.`,
    { hint: align ? 'Leave --align away or give larger frames.' : 'Give larger frames.' },
  );
}

/** Undefined where only reading tells. */
function countFrames(pairs: readonly ClipPair[]): number | undefined {
  let sum = 0;
  for (const { blurry, sharp } of pairs) {
    if (blurry.kind === 'pictures') sum += blurry.names.length;
    else if (sharp.kind === 'pictures') sum += sharp.names.length;
    else return undefined;
  }
  return sum;
}
