import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AcutanceError } from '../../shared/errors.ts';
import type { SynthesiseRequest, SynthesiseResult, Transfer } from '../../shared/evaluation.ts';
import { scaleLight } from '../evaluation/light-scaling.ts';
import { type MadePair, PairMaker } from '../evaluation/pair-maker.ts';
import type { RgbPicture } from '../evaluation/rgb-picture.ts';
import { seededNumbers } from '../evaluation/seeded-random.ts';
import { transferOfTag } from '../evaluation/transfer.ts';
import { FrameConverter, type MediaInfo, VideoReader } from '../media/index.ts';
import { scanPackets } from '../media/packet-scan.ts';
import { unwritable } from '../media/partial-file.ts';
import { encodePicture } from '../media/picture-encoder.ts';
import type { JobContext } from './engine-server.ts';
import { PartialFolder } from './partial-folder.ts';
import { sameRate } from './probe-job.ts';
import { ProgressMeter } from './progress-meter.ts';

/** What is written beside the pictures. */
const RECORD = 'pairs.json';

/**
 * Makes blurry and sharp pictures out of a clip of many frames per second: `blur/` and `sharp/` with PNG files of the same
 * names, 8 bits, and a record of what was done. The folder gets its name when it is complete.
 *
 * @throws AcutanceError `usage` for numbers that make no sense, `input-unsupported` for a clip that is too short or of
 *   an unknown transfer, `input-corrupt` for a damaged one, and for anything about the output.
 */
export async function runSynthesise(
  request: SynthesiseRequest,
  context: JobContext,
): Promise<SynthesiseResult> {
  const started = performance.now();
  requireSense(request);
  context.phase('opening');
  const { signal } = context;
  const reader = await VideoReader.open(request.input, { signal });
  const { info } = reader;
  requireWhole(reader);
  const transfer = resolveTransfer(request, info, context);
  tellOfUnevenTimes(info, context);
  const output = await PartialFolder.create(request.output, (path) => context.temporary(path));
  try {
    const told = await toldFrames(info, request.average, signal);
    if (told !== undefined) throw tooShort(info.path, told, request.average);
    for (const name of ['blur', 'sharp']) await mkdir(join(output.temporaryPath, name));
    context.phase('averaging');
    const writer = new PairWriter(output, request, transfer);
    const meter = new ProgressMeter(info.video.frameCountHint);
    const maker = new PairMaker({
      average: request.average,
      nextDistance: seededNumbers(request.seed, request.every),
      transfer,
    });
    let frames = 0;
    for await (const codes of readCodes(reader, signal)) {
      frames++;
      const pair = maker.add(codes);
      if (pair) await writer.write(pair, info.video);
      context.progress(meter.frame());
    }
    if (writer.pairs.length === 0) throw tooShort(info.path, frames, request.average);
    context.phase('finishing');
    const size = writer.size;
    await writer.record({ clip: info, frames });
    signal.throwIfAborted();
    await output.complete();
    const seconds = (performance.now() - started) / 1000;
    return { output: output.finalPath, pairs: writer.pairs.length, frames, ...size, transfer, seconds };
  } finally {
    await output.remove();
  }
}

function requireSense({ average, every, width }: SynthesiseRequest): void {
  if (!Number.isInteger(average) || average < 1 || average % 2 === 0) {
    throw new AcutanceError('usage', `${average} frames have no middle one, which is to be the sharp one.`, {
      hint: 'Give an odd number to --average, such as 41.',
    });
  }
  if (!(every.from >= 1 && every.to >= every.from)) {
    throw new AcutanceError('usage', `${every.from}..${every.to} is no range of distances.`, {
      hint: 'Give --every a number of frames, or the smallest and the largest, such as 38..44.',
    });
  }
  if (width !== undefined && width < 1) {
    throw new AcutanceError('usage', `A picture can't be ${width} pixels wide.`);
  }
}

function resolveTransfer({ transfer }: SynthesiseRequest, info: MediaInfo, context: JobContext): Transfer {
  if (transfer !== 'clip') return transfer;
  const tag = info.video.transfer;
  const found = transferOfTag(tag);
  if (found) return found;
  if (tag !== 'unknown') {
    throw new AcutanceError('input-unsupported', `"${info.path}" has the transfer ${tag}.`, {
      hint: 'Give --transfer bt709, srgb, gamma22 or linear to read its codes with that curve.',
    });
  }
  context.notice({
    code: 'media',
    message:
      'The clip does not say which transfer it has; that of BT.709 is taken. --transfer chooses another.',
  });
  return 'bt709';
}

/** A long exposure weighs frames by how long they last, which an average does not. */
function tellOfUnevenTimes({ video }: MediaInfo, context: JobContext): void {
  if (sameRate(video.averageFrameRate, video.nominalFrameRate)) return;
  context.notice({
    code: 'media',
    message:
      'The frame rate of the clip varies: its frames are counted, and averaged as if all lasted equally long.',
  });
}

/** Codes of every frame; an array is overwritten when the next one is asked for. */
async function* readCodes(
  reader: VideoReader,
  signal: AbortSignal,
): AsyncGenerator<Float32Array, void, undefined> {
  const converter = new FrameConverter();
  const { width, height } = reader.info.video;
  let codes: Float32Array | undefined;
  try {
    for await (const frame of reader.frames({ signal })) {
      try {
        if (frame.width !== width || frame.height !== height) {
          throw new AcutanceError(
            'input-unsupported',
            `The picture of "${reader.info.path}" changes its size at frame ${frame.index}.`,
            { hint: 'Convert the clip to one size first.' },
          );
        }
        codes = converter.toRgb(frame, codes);
      } finally {
        frame.dispose();
      }
      requireWhole(reader);
      yield codes;
    }
    requireWhole(reader);
  } finally {
    converter.dispose();
  }
}

function requireWhole({ damage, cutOff, info }: VideoReader): void {
  if (damage === undefined && cutOff === undefined) return;
  throw new AcutanceError('input-corrupt', `"${info.path}" is damaged: ${damage ?? cutOff}.`, {
    hint: 'Get another copy of it.',
  });
}

/**
 * How many frames a clip has that seems to be shorter than that: where the file and its packets agree, which is known
 * without decoding. Undefined for other clips.
 */
async function toldFrames(info: MediaInfo, wanted: number, signal: AbortSignal): Promise<number | undefined> {
  const { frameCountHint } = info.video;
  if (frameCountHint === undefined || frameCountHint >= wanted) return undefined;
  const { clean, count } = await scanPackets(info.path, info.bytes, { signal });
  return clean && count === frameCountHint ? count : undefined;
}

function tooShort(path: string, frames: number, average: number): AcutanceError {
  return new AcutanceError(
    'input-unsupported',
    `"${path}" has ${frames} frames; a pair is made of ${average}.`,
    { hint: 'Give a longer clip, or a smaller number to --average.' },
  );
}

interface PairRecord {
  readonly name: string;
  readonly first: number;
  readonly middle: number;
  readonly last: number;
}

/** Writes pairs and the record of them into a folder. */
class PairWriter {
  readonly pairs: PairRecord[] = [];
  readonly #output: PartialFolder;
  readonly #request: SynthesiseRequest;
  readonly #transfer: Transfer;
  #size = { width: 0, height: 0 };

  constructor(output: PartialFolder, request: SynthesiseRequest, transfer: Transfer) {
    this.#output = output;
    this.#request = request;
    this.#transfer = transfer;
  }

  /** Of the pictures written. */
  get size(): { readonly width: number; readonly height: number } {
    return this.#size;
  }

  async write(
    pair: MadePair,
    { width, height }: { readonly width: number; readonly height: number },
  ): Promise<void> {
    const name = `${String(this.pairs.length).padStart(6, '0')}.png`;
    for (const [folder, rgb] of [
      ['blur', pair.blurry],
      ['sharp', pair.sharp],
    ] as const) {
      const picture = { width, height, rgb };
      const scaled = scaleLight(picture, this.#request.width ?? width, this.#transfer);
      this.#size = { width: scaled.width, height: scaled.height };
      await this.#file(join(folder, name), await encodePng(scaled));
    }
    const { first, middle, last } = pair;
    this.pairs.push({ name, first, middle, last });
  }

  async record({ clip, frames }: { readonly clip: MediaInfo; readonly frames: number }): Promise<void> {
    const { average, every, seed } = this.#request;
    const rate = clip.video.averageFrameRate ?? clip.video.nominalFrameRate;
    const record = {
      source: basename(clip.path),
      sourceFrames: frames,
      sourceRate: rate ? `${rate.num}/${rate.den}` : null,
      average,
      every,
      seed,
      transfer: this.#transfer,
      ...this.#size,
      pairs: this.pairs,
    };
    await this.#file(RECORD, `${JSON.stringify(record, undefined, 2)}\n`);
  }

  async #file(name: string, content: Uint8Array | string): Promise<void> {
    await writeFile(join(this.#output.temporaryPath, name), content).catch((thrown: unknown) => {
      throw unwritable(join(this.#output.finalPath, name), thrown);
    });
  }
}

async function encodePng({ width, height, rgb }: RgbPicture): Promise<Uint8Array> {
  const size = width * height;
  const rgba = new Uint8Array(4 * size);
  for (let at = 0; at < size; at++) {
    for (let channel = 0; channel < 3; channel++) {
      rgba[4 * at + channel] = Math.round(Math.min(1, Math.max(0, rgb[channel * size + at]!)) * 255);
    }
    rgba[4 * at + 3] = 255;
  }
  return encodePicture({ width, height, rgba }, 'png');
}
