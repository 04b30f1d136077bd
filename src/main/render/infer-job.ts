import { open } from 'node:fs/promises';
import type { InferRequest, InferResult } from '../../shared/deblurring.ts';
import { encodeNpyHeader } from '../../shared/npy.ts';
import { PartialFile, unwritable } from '../media/partial-file.ts';
import type { FrameRestorer } from './deblur-frames.ts';
import type { DeblurrerCache } from './deblurrer-cache.ts';
import type { JobContext } from './engine-server.ts';
import { restoreShots, type ShotFrame } from '../inference/shots.ts';
import { arrayCuts, framesWithCuts } from './array-cuts.ts';
import { NpyFrames } from './npy-frames.ts';
import { ProgressMeter } from './progress-meter.ts';
import { applyStrength } from './strength.ts';

/**
 * Runs a network over an array of frames: N in, N out, float32, the same size, neither rounded nor clamped.
 *
 * @throws AcutanceError for anything about the input, the output, the weights or the device.
 */
export async function runInfer(
  request: InferRequest,
  context: JobContext,
  deblurrers: DeblurrerCache,
): Promise<InferResult> {
  const started = performance.now();
  const { signal } = context;
  context.phase('opening');
  const input = await NpyFrames.open(request.input);
  try {
    const cuts = arrayCuts(request.deblur.cuts, input.frames);
    const announce = (path: string) => context.temporary(path);
    const { weights } = request.deblur;
    const inputs = weights === undefined ? [request.input] : [request.input, weights];
    const output = await PartialFile.create(request.output, inputs, request.overwrite, announce);
    try {
      context.phase('loading');
      const { height, width } = input;
      const deblurrer = await deblurrers.acquire(request.deblur, { height, width }, context);
      try {
        context.phase('deblurring');
        const meter = new ProgressMeter(input.frames);
        const strength = request.deblur.strength ?? 1;
        const source = framesWithCuts(input.read(), { height, width, cuts });
        const frames = restore(deblurrer, source, strength, signal);
        const runSeconds = [0];
        await writeFrames(output, input.dims, frames, () => {
          runSeconds.push(deblurrer.runSeconds());
          context.progress(meter.frame());
        });
        context.phase('finishing');
        await output.complete();
        return {
          output: output.finalPath,
          shape: input.dims,
          seconds: (performance.now() - started) / 1000,
          inferenceSeconds: deblurrer.runSeconds(),
          frameSeconds: runSeconds.slice(1).map((until, index) => until - runSeconds[index]!),
          deblur: deblurrer.provenance,
        };
      } finally {
        await deblurrer.release();
      }
    } finally {
      await output.remove();
    }
  } finally {
    await input.close();
  }
}

async function* restore(
  deblurrer: FrameRestorer,
  frames: AsyncIterable<ShotFrame>,
  strength: number,
  signal: AbortSignal,
): AsyncGenerator<Float32Array, void, undefined> {
  const waiting: Float32Array[] = [];
  for await (const restored of restoreShots(deblurrer, remember(frames, waiting, strength < 1), { signal })) {
    const input = waiting.shift();
    if (input) applyStrength(restored, input, strength);
    yield restored;
  }
}

/** Passes frames on; where they are still wanted after that, copies are kept. */
async function* remember(
  frames: AsyncIterable<ShotFrame>,
  copies: Float32Array[],
  wanted: boolean,
): AsyncGenerator<ShotFrame, void, undefined> {
  for await (const frame of frames) {
    if (wanted) copies.push(frame.pixels.slice());
    yield frame;
  }
}

async function writeFrames(
  output: PartialFile,
  dims: readonly number[],
  frames: AsyncIterable<Float32Array>,
  onWritten: () => void,
): Promise<void> {
  const file = await open(output.temporaryPath, 'w');
  const write = (bytes: Uint8Array) =>
    file.writeFile(bytes).catch((error: unknown) => {
      throw unwritable(output.finalPath, error);
    });
  try {
    await write(encodeNpyHeader(dims));
    for await (const frame of frames) {
      await write(new Uint8Array(frame.buffer, frame.byteOffset, frame.byteLength));
      onWritten();
    }
  } finally {
    await file.close();
  }
}
