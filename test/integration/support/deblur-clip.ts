import { createDeblurrer } from '../../../src/main/inference/deblurrer.ts';
import type { Deblurrer, DeblurrerOptions, DeblurStatistics } from '../../../src/main/inference/deblurrer.ts';
import { OnnxRuntimeRuntime } from '../../../src/main/inference/onnxruntime-runtime.ts';

/** Options of a deblurrer of which those named by `Key` are to be given. */
export type DeblurSetup<Key extends keyof DeblurrerOptions> = Pick<DeblurrerOptions, Key> &
  Partial<DeblurrerOptions>;

type ClipSetup = DeblurSetup<'network' | 'size' | 'stages' | 'weights' | 'height' | 'width'>;

interface Deblurred {
  readonly restored: Float32Array[];
  readonly statistics: DeblurStatistics;
}

/** A clip, or the first `count` results of one, through a deblurrer of its own; on the CPU unless the setup says otherwise. */
export async function deblurClip(
  frames: readonly Float32Array[],
  setup: ClipSetup,
  count = Infinity,
): Promise<Deblurred> {
  const deblurrer = await createDeblurrer({ runtime: new OnnxRuntimeRuntime(), device: 'cpu', ...setup });
  try {
    const restored = await restore(deblurrer, frames, count);
    return { restored, statistics: deblurrer.statistics };
  } finally {
    await deblurrer.dispose();
  }
}

/** A clip, or the first `count` results of one. */
export async function restore(
  deblurrer: Deblurrer,
  frames: readonly Float32Array[],
  count = Infinity,
): Promise<Float32Array[]> {
  const restored: Float32Array[] = [];
  for await (const frame of deblurrer.process(stream(frames))) {
    restored.push(frame);
    if (restored.length === count) break;
  }
  return restored;
}

async function* stream(frames: readonly Float32Array[]): AsyncGenerator<Float32Array> {
  for (const frame of frames) {
    await Promise.resolve();
    yield frame;
  }
}
