import type { InferRequest, InferResult } from '../../shared/engine-protocol.ts';
import { encodeNpyHeader } from '../../shared/npy.ts';
import type { JobContext } from './engine-server.ts';
import { NpyFrames } from './npy-frames.ts';
import { checkOutputPath } from './output-path.ts';
import { PendingFile } from './pending-file.ts';
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
  const destination = { output: request.output, inputs: [request.input], overwrite: request.overwrite };
  await checkOutputPath(destination);
  const input = await NpyFrames.open(request.input);
  try {
    context.phase('loading');
    const { height, width } = input;
    const { deblurrer, provenance } = await prepareDeblurrer(request.deblur, { height, width }, context);
    try {
      const output = await PendingFile.create(destination, (path) => context.temporary(path));
      try {
        context.phase('deblurring');
        await output.write(encodeNpyHeader(input.dims));
        const meter = new ProgressMeter(input.frames);
        for await (const frame of deblurrer.process(input.read(), { signal })) {
          await output.write(new Uint8Array(frame.buffer, frame.byteOffset, frame.byteLength));
          context.progress(meter.frame());
        }
        context.phase('finishing');
        await output.commit();
      } finally {
        await output.discard();
      }
      return {
        output: request.output,
        shape: input.dims,
        seconds: (performance.now() - started) / 1000,
        inferenceSeconds: deblurrer.statistics.runSeconds,
        deblur: provenance,
      };
    } finally {
      await deblurrer.dispose();
    }
  } finally {
    await input.close();
  }
}
