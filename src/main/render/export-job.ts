import type {
  DeblurProvenance,
  ExportRequest,
  ExportResult,
  RequestedRange,
} from '../../shared/deblurring.ts';
import { AcutanceError } from '../../shared/errors.ts';
import type { ClipRange, ClipTime, DeblurSettings } from '../../shared/settings.ts';
import { parseTime } from '../../shared/time.ts';
import { FrameConverter, VideoReader, VideoWriter, type MediaInfo, type VideoFrame } from '../media/index.ts';
import { buildFrameIndex } from '../media/build-frame-index.ts';
import { clipFrames, type ClipFrame, type ClipFramesOptions } from './clip-frames.ts';
import { deblurFrames } from './deblur-frames.ts';
import type { DeblurrerCache } from './deblurrer-cache.ts';
import type { JobContext } from './engine-server.ts';
import { sameRate } from './probe-job.ts';
import { clipCuts, cutMargin } from './shot-frames.ts';
import { ProgressMeter } from './progress-meter.ts';
import { readAhead } from './read-ahead.ts';

/** Frames that are decoded while the network is busy; enough to hide a decoder's hiccups. */
const READ_AHEAD = 3;
const NONE = { before: 0, after: 0 };

/**
 * Exports a clip: every frame of the range comes out once, deblurred or as it is, with its own time. The output gets
 * its name when it is complete.
 *
 * @throws AcutanceError for anything about the clip, the output, the weights or the device; `input-corrupt` when a part
 *   of the clip is damaged and that is not allowed.
 */
export async function runExport(
  request: ExportRequest,
  context: JobContext,
  deblurrers: DeblurrerCache,
): Promise<ExportResult> {
  const started = performance.now();
  const { signal } = context;
  context.phase('opening');
  const reader = await VideoReader.open(request.input, { signal });
  const range = resolveRange(request.range, reader.info);
  // Where all up to the end is wanted, it need not be reached to know that it is not there.
  if (!range.out && reader.cutOff !== undefined) refuseDamage(reader.cutOff, request);
  const { preset, overwrite } = request;
  const writer = await VideoWriter.create(request.output, {
    source: reader,
    preset,
    range,
    overwrite,
    onTemporary: (path) => context.temporary(path),
  });
  const source = new CountedFrames(reader, range, request, signal);
  const notices = new Notices(context);
  try {
    notices.add(reader.notices, writer.notices);
    const work = request.deblur
      ? await openDeblurring(request.deblur, { reader, writer, source, context, deblurrers })
      : openCopying(source);
    try {
      context.phase(request.deblur ? 'deblurring' : 'copying');
      const meter = new ProgressMeter(expectedFrames(reader.info, range));
      const written = await writeAll(work.frames, writer, () => context.progress(meter.frame()));
      source.check(written);
      context.phase('finishing');
      signal.throwIfAborted();
      const result = await writer.finish();
      notices.add(reader.notices, work.notices(), result.notices);
      return {
        output: result.path,
        frames: result.frames,
        bytes: result.bytes,
        width: reader.info.video.width,
        height: reader.info.video.height,
        seconds: (performance.now() - started) / 1000,
        inferenceSeconds: work.inferenceSeconds(),
        deblur: work.provenance,
      };
    } finally {
      await work.dispose();
    }
  } finally {
    await writer.abort();
  }
}

/** Passes every notice on once, as soon as it is known. */
class Notices {
  readonly #context: JobContext;
  readonly #told = new Set<string>();

  constructor(context: JobContext) {
    this.#context = context;
  }

  add(...lists: readonly (readonly string[])[]): void {
    for (const message of lists.flat()) {
      if (!this.#told.has(message)) this.#context.notice({ code: 'media', message });
      this.#told.add(message);
    }
  }
}

/** The middle of an export: frames on their way from the reader to the writer. */
interface FrameWork {
  readonly frames: AsyncIterable<VideoFrame>;
  readonly provenance: DeblurProvenance | undefined;
  notices(): readonly string[];
  inferenceSeconds(): number;
  dispose(): Promise<void>;
}

function openCopying(source: CountedFrames): FrameWork {
  return {
    frames: source.framesInside(),
    provenance: undefined,
    notices: () => [],
    inferenceSeconds: () => 0,
    dispose: () => Promise.resolve(),
  };
}

interface DeblurringParts {
  readonly reader: VideoReader;
  readonly writer: VideoWriter;
  readonly source: CountedFrames;
  readonly context: JobContext;
  readonly deblurrers: DeblurrerCache;
}

async function openDeblurring(settings: DeblurSettings, parts: DeblurringParts): Promise<FrameWork> {
  const { reader, writer, source, context, deblurrers } = parts;
  context.phase('loading');
  const { height, width } = reader.info.video;
  const deblurrer = await deblurrers.acquire(settings, { height, width }, context);
  const { signal } = context;
  const pts = () => buildFrameIndex(reader.info, { signal }).then((index) => index.pts);
  const cuts = await clipCuts(settings.cuts, { info: reader.info, context: deblurrer.context, pts }).catch(
    async (thrown: unknown) => {
      await deblurrer.release();
      throw thrown;
    },
  );
  const converter = new FrameConverter();
  return {
    frames: deblurFrames(source.frames({ context: deblurrer.context, margin: cutMargin(cuts) }), {
      deblurrer,
      converter,
      cuts,
      pixelFormat: writer.framePixelFormat,
      strength: settings.strength ?? 1,
      signal,
    }),
    provenance: deblurrer.provenance,
    notices: () => converter.notices,
    inferenceSeconds: () => deblurrer.runSeconds(),
    dispose: async () => {
      converter.dispose();
      await deblurrer.release();
    },
  };
}

/** The frames of the clip, read ahead and counted, with an eye on damage. */
class CountedFrames {
  readonly #reader: VideoReader;
  readonly #range: ClipRange;
  readonly #request: ExportRequest;
  readonly #signal: AbortSignal;
  #inside = 0;

  constructor(reader: VideoReader, range: ClipRange, request: ExportRequest, signal: AbortSignal) {
    this.#reader = reader;
    this.#range = range;
    this.#request = request;
    this.#signal = signal;
  }

  /** @param around - how many frames around the range are given as well. */
  async *frames(
    around: Pick<ClipFramesOptions, 'context' | 'margin'>,
  ): AsyncGenerator<ClipFrame, void, undefined> {
    const frames = clipFrames(this.#reader, { range: this.#range, ...around, signal: this.#signal });
    for await (const each of readAhead(frames, READ_AHEAD, ({ frame }) => frame.dispose())) {
      if (each.inside) this.#inside++;
      try {
        this.#refuseDamage();
      } catch (thrown) {
        each.frame.dispose();
        throw thrown;
      }
      yield each;
    }
  }

  async *framesInside(): AsyncGenerator<VideoFrame, void, undefined> {
    for await (const { frame, inside } of this.frames({ context: NONE, margin: NONE })) {
      try {
        if (inside) yield frame;
      } finally {
        frame.dispose();
      }
    }
  }

  /** To be called before the output is finished. */
  check(written: number): void {
    this.#refuseDamage();
    if (written === this.#inside) return;
    throw new AcutanceError('internal', `${this.#inside} frames were read, but ${written} written.`);
  }

  #refuseDamage(): void {
    const { damage } = this.#reader;
    if (damage !== undefined) refuseDamage(`${damage} (near frame ${this.#inside})`, this.#request);
  }
}

function refuseDamage(what: string, { input, allowDamaged }: ExportRequest): void {
  if (allowDamaged) return;
  throw new AcutanceError('input-corrupt', `"${input}" is damaged: ${what}.`, {
    hint: 'Get another copy of it, or give --allow-damaged to export what it still holds.',
  });
}

async function writeAll(
  frames: AsyncIterable<VideoFrame>,
  writer: VideoWriter,
  onWritten: () => void,
): Promise<number> {
  let written = 0;
  for await (const frame of frames) {
    await writer.write(frame);
    written++;
    onWritten();
  }
  return written;
}

/** Turns times that count frames into seconds. */
function resolveRange(range: RequestedRange, info: MediaInfo): ClipRange {
  const { averageFrameRate, nominalFrameRate } = info.video;
  const rate = sameRate(averageFrameRate, nominalFrameRate)
    ? (averageFrameRate ?? nominalFrameRate)
    : undefined;
  const resolve = (time: ClipTime | string | undefined) =>
    typeof time === 'string' ? parseTime(time, rate) : time;
  return { in: resolve(range.in), out: resolve(range.out) };
}

/** How many frames the range will hold, as far as the container tells. */
function expectedFrames(info: MediaInfo, range: ClipRange): number | undefined {
  const { frameCountHint: total, averageFrameRate: rate } = info.video;
  if (!range.in && !range.out) return total;
  if (total === undefined || !rate) return undefined;
  const frames = (time: ClipTime) => (time.numerator * rate.num) / (time.denominator * rate.den);
  const from = range.in ? frames(range.in) : 0;
  const to = Math.min(total, range.out ? frames(range.out) : total);
  return Math.max(1, Math.round(to - from));
}
