import { open } from 'node:fs/promises';
import type { InferRequest, InferResult } from '../../shared/engine-protocol.ts';
import { encodeNpyHeader } from '../../shared/npy.ts';
import { PartialFile, unwritable } from '../media/partial-file.ts';
import type { JobContext } from './engine-server.ts';
import { NpyFrames } from './npy-frames.ts';
import { prepareDeblurrer } from './prepare-deblurrer.ts';
import { ProgressMeter } from './progress-meter.ts';

/**
 * Runs a network over an array of frames: N in, N out, float32, the same size, neither rounded nor clamped.
 *
 * @throws AcutanceError for anything about the input, the output, the weights or the device.
 */
export async function runInfer(request: InferRequest, context: JobContext): Promise<InferResult> {
  const started = performance.now();
  const { signal } = context;
  context.phase('opening');
  const input = await NpyFrames.open(request.input);
  try {
    const announce = (path: string) => context.temporary(path);
    const output = await PartialFile.create(request.output, request.input, request.overwrite, announce);
    try {
      context.phase('loading');
      const { height, width } = input;
      const { deblurrer, provenance } = await prepareDeblurrer(request.deblur, { height, width }, context);
      try {
        context.phase('deblurring');
        const meter = new ProgressMeter(input.frames);
        const frames = deblurrer.process(input.read(), { signal });
        await writeFrames(output, input.dims, frames, () => context.progress(meter.frame()));
        context.phase('finishing');
        await output.complete();
        return {
          output: output.finalPath,
          shape: input.dims,
          seconds: (performance.now() - started) / 1000,
          inferenceSeconds: deblurrer.statistics.runSeconds,
          deblur: provenance,
        };
      } finally {
        await deblurrer.dispose();
      }
    } finally {
      await output.remove();
    }
  } finally {
    await input.close();
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
