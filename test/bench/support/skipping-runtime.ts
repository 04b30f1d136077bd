import { OnnxRuntimeRuntime } from '../../../src/main/inference/onnxruntime-runtime.ts';
import type { DeviceId, Session, SessionOptions } from '../../../src/main/inference/runtime.ts';
import { elementCount, type Tensor } from '../../../src/shared/tensor.ts';

/** A pixel that is neither black nor white, and a number that is no trouble to anything. */
const ANY = 0.5;

/**
 * ONNX Runtime, of which runs can be left out: their results are then written, but not computed. So a schedule gets to
 * where all its windows are full, and holds the memory it then holds, in no time.
 */
export class SkippingRuntime extends OnnxRuntimeRuntime {
  skips = false;

  override async createSession(
    model: Uint8Array,
    device: DeviceId,
    options?: SessionOptions,
  ): Promise<Session> {
    const session = await super.createSession(model, device, options);
    return {
      inputNames: session.inputNames,
      outputNames: session.outputNames,
      outputs: session.outputs,
      run: (feeds, runOptions = {}) =>
        this.skips
          ? Promise.resolve(madeUpResults(session, runOptions.outputs))
          : session.run(feeds, runOptions),
      dispose: () => session.dispose(),
    };
  }
}

function madeUpResults(
  { outputs }: Session,
  given: Readonly<Record<string, Tensor>> = {},
): Record<string, Tensor> {
  return Object.fromEntries(
    outputs.map(({ name, dims }) => {
      const tensor = given[name] ?? { data: new Float32Array(elementCount(dims)), dims };
      tensor.data.fill(ANY);
      return [name, tensor];
    }),
  );
}
