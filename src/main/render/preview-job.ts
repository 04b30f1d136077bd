import type { PreviewRequest, PreviewResult } from '../../shared/deblurring.ts';
import { AcutanceError } from '../../shared/errors.ts';
import { FrameCache } from '../cache/frame-cache.ts';
import { countFrames, type NumberRange } from '../cache/frame-ranges.ts';
import { FrameConverter, FrameSource, type VideoFrame } from '../media/index.ts';
import { checkSize, type ClipFrame } from './clip-frames.ts';
import { restoreFrames } from './deblur-frames.ts';
import type { DeblurrerCache, LoadedDeblurrer } from './deblurrer-cache.ts';
import type { JobContext } from './engine-server.ts';
import { screenPicture } from './preview-pixels.ts';
import { ProgressMeter } from './progress-meter.ts';
import { clipCuts, cutMargin, type ClipCuts } from './shot-frames.ts';
import { readAhead } from './read-ahead.ts';

/** Frames that are decoded while the network is busy. */
const READ_AHEAD = 3;
/** Frames that are packed and written while the network works on the next. */
const WRITES_AHEAD = 2;
/** Frames are asked for in order; only those around a new start are decoded twice. */
const DECODED_BYTES = 64 * 2 ** 20;

/**
 * Deblurs frames into the frame cache, each as it comes out of an export of the whole clip. Frames are told one by one;
 * those told before a failure or an abort stay.
 *
 * @throws AcutanceError for anything about the clip, the weights, the device or the cache.
 */
export async function runPreview(
  request: PreviewRequest,
  context: JobContext,
  deblurrers: DeblurrerCache,
): Promise<PreviewResult> {
  const started = performance.now();
  const { signal } = context;
  context.phase('opening');
  const { input, index, deblur } = request;
  const cache = new FrameCache({ folder: request.cacheFolder });
  try {
    const source = await FrameSource.open(input, { index, cacheBytes: DECODED_BYTES, signal });
    try {
      context.phase('loading');
      const { height, width } = source.info.video;
      const deblurrer = await deblurrers.acquire(deblur, { height, width }, context);
      try {
        requireWeights(deblurrer, request);
        context.phase('deblurring');
        const frames = await renderRanges({ request, context, cache, source, deblurrer });
        return {
          frames,
          seconds: (performance.now() - started) / 1000,
          inferenceSeconds: deblurrer.runSeconds(),
          deblur: deblurrer.provenance,
        };
      } finally {
        await deblurrer.release();
      }
    } finally {
      await source.dispose();
    }
  } finally {
    await cache.dispose();
  }
}

interface PreviewParts {
  readonly request: PreviewRequest;
  readonly context: JobContext;
  readonly cache: FrameCache;
  readonly source: FrameSource;
  readonly deblurrer: LoadedDeblurrer;
}

/** Weights may be imported anew under the same name between the order and now. */
function requireWeights({ provenance }: LoadedDeblurrer, { weightsHash }: PreviewRequest): void {
  if (provenance.weightsHash === weightsHash) return;
  throw new AcutanceError('weights-mismatch', `The weights "${provenance.weights}" have changed.`, {
    hint: 'Start again.',
  });
}

async function renderRanges(parts: PreviewParts): Promise<number> {
  const { request, context } = parts;
  const meter = new ProgressMeter(countFrames(request.ranges));
  const writes = new PendingWrites(parts, () => context.progress(meter.frame()));
  const converter = new FrameConverter();
  try {
    const { source, deblurrer } = parts;
    const pts = () => Promise.resolve(source.index.pts);
    const { context: around } = deblurrer;
    const cuts = await clipCuts(request.deblur.cuts, { info: source.info, context: around, pts });
    for (const range of request.ranges) await renderRange(range, { ...parts, converter, cuts, writes });
    return await writes.finish();
  } finally {
    await writes.settle();
    for (const message of converter.notices) context.notice({ code: 'media', message });
    converter.dispose();
  }
}

interface RangeParts extends PreviewParts {
  readonly converter: FrameConverter;
  readonly cuts: ClipCuts;
  readonly writes: PendingWrites;
}

async function renderRange(range: NumberRange, parts: RangeParts): Promise<void> {
  const { request, deblurrer, converter, cuts, writes } = parts;
  const { signal } = parts.context;
  const frames = framesAround(range, parts);
  const ahead = readAhead(frames, READ_AHEAD, ({ frame }) => frame.dispose());
  for await (const { rgb, origin } of restoreFrames(ahead, { deblurrer, converter, cuts, signal })) {
    const { width, height } = origin.frame;
    await writes.add(origin.number, screenPicture(rgb, width, height, request.rotation));
    // What comes after the last wanted frame was only to be looked at.
    if (origin.number === range.to - 1) break;
  }
}

interface NumberedFrame extends ClipFrame {
  readonly number: number;
}

/** The frames of a range with those around it that the network looks at, so that a part comes out as in the whole. */
async function* framesAround(
  { from, to }: NumberRange,
  { source, cuts, context: { signal }, deblurrer: { context } }: RangeParts,
): AsyncGenerator<NumberedFrame, void, undefined> {
  const margin = cutMargin(cuts);
  const end = Math.min(source.index.pts.length, to + context.after + margin.after);
  for (let number = Math.max(0, from - context.before - margin.before); number < end; number++) {
    const frame: VideoFrame = await source.frame(number, { signal });
    checkSize(frame, source.info);
    const beyond = number < from - context.before || number >= to + context.after;
    yield { frame, number, inside: number >= from && number < to, beyond };
  }
}

/** Frames on their way into the cache; a few at a time, so that they do not pile up in memory. */
class PendingWrites {
  readonly #parts: PreviewParts;
  readonly #onWritten: () => void;
  readonly #pending: Promise<void>[] = [];
  #last: Promise<unknown> = Promise.resolve();
  #written = 0;

  constructor(parts: PreviewParts, onWritten: () => void) {
    this.#parts = parts;
    this.#onWritten = onWritten;
  }

  /** Takes a frame; waits for the oldest one where too many are under way. @throws what went wrong with that one. */
  async add(number: number, picture: Parameters<FrameCache['write']>[1]): Promise<void> {
    const write = this.#write(number, picture);
    this.#last = write.catch(() => undefined);
    this.#pending.push(write);
    if (this.#pending.length > WRITES_AHEAD) await this.#pending.shift();
  }

  /** Waits for all. @returns how many were written. */
  async finish(): Promise<number> {
    for (let write = this.#pending.shift(); write; write = this.#pending.shift()) await write;
    return this.#written;
  }

  /** Waits until nothing is under way any more, whatever became of it. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#pending.splice(0));
  }

  async #write(number: number, picture: Parameters<FrameCache['write']>[1]): Promise<void> {
    const { cache, context, request } = this.#parts;
    const before = this.#last;
    await cache.write({ clip: request.clip, recipe: request.recipe, number }, picture);
    // They are told in order, although a small one may overtake a large one.
    await before;
    this.#written++;
    context.rendered(number);
    this.#onWritten();
  }
}
