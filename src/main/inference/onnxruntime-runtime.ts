import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import type { Tensor } from '../../shared/tensor.ts';
import { physicalCoreCount } from './devices/cpu-topology.ts';
import { DeviceCatalogue } from './devices/device-catalogue.ts';
import { inferenceError, sessionError, throwIfCancelled } from './inference-errors.ts';
import { loadOnnxRuntime, type OnnxRuntimeModule } from './load-onnxruntime.ts';
import type {
  DeviceId,
  DeviceReport,
  RunOptions,
  Runtime,
  Session,
  SessionOptions,
  TensorSpec,
} from './runtime.ts';

/** The stock `onnxruntime-node`. `run` and session creation occupy the calling JavaScript thread. */
export class OnnxRuntimeRuntime implements Runtime {
  readonly id = 'onnxruntime-node';
  readonly #catalogue: DeviceCatalogue;

  constructor(catalogue = new DeviceCatalogue()) {
    this.#catalogue = catalogue;
  }

  devices(): Promise<readonly DeviceReport[]> {
    return this.#catalogue.devices();
  }

  device(device: DeviceId): Promise<DeviceReport> {
    return this.#catalogue.device(device);
  }

  async createSession(model: Uint8Array, device: DeviceId, options: SessionOptions = {}): Promise<Session> {
    const ort = await loadOnnxRuntime();
    try {
      const session = await ort.InferenceSession.create(model, sessionSettings(device, options));
      return new OnnxRuntimeSession(ort, session, options.profilePrefix !== undefined);
    } catch (thrown) {
      throw sessionError(thrown, device);
    }
  }
}

/**
 * Spinning worker threads burn a fifth more CPU time for nothing when anything else runs, and here a decoder and an
 * encoder always do. Memory patterns reserve one block for a whole run; without them runs are as fast and need less.
 */
function sessionSettings(device: DeviceId, options: SessionOptions): InferenceSession.SessionOptions {
  const forbid = options.forbidCpuNodes === true && device !== 'cpu';
  return {
    executionProviders: [device],
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    intraOpNumThreads: options.threads ?? physicalCoreCount(),
    interOpNumThreads: 1,
    enableCpuMemArena: options.keepMemory ?? false,
    enableMemPattern: false,
    logSeverityLevel: 3,
    ...(options.profilePrefix === undefined
      ? {}
      : { enableProfiling: true, profileFilePrefix: options.profilePrefix }),
    extra: {
      session: {
        intra_op: { allow_spinning: '0' },
        inter_op: { allow_spinning: '0' },
        ...(forbid ? { disable_cpu_ep_fallback: '1' } : {}),
      },
    },
  };
}

class OnnxRuntimeSession implements Session {
  readonly outputs: readonly TensorSpec[];
  readonly #ort: OnnxRuntimeModule;
  readonly #profiling: boolean;
  #session: InferenceSession | undefined;

  constructor(ort: OnnxRuntimeModule, session: InferenceSession, profiling: boolean) {
    this.#ort = ort;
    this.#session = session;
    this.#profiling = profiling;
    this.outputs = session.outputMetadata.map((output) => ({
      name: output.name,
      dims: output.isTensor ? output.shape.map(Number) : [],
    }));
  }

  get inputNames(): readonly string[] {
    return this.#open().inputNames;
  }

  get outputNames(): readonly string[] {
    return this.#open().outputNames;
  }

  async run(
    feeds: Readonly<Record<string, Tensor>>,
    options: RunOptions = {},
  ): Promise<Record<string, Tensor>> {
    throwIfCancelled(options.signal);
    const session = this.#open();
    const inputs: Record<string, OrtTensor> = {};
    for (const [name, tensor] of Object.entries(feeds)) inputs[name] = this.#toOrt(tensor);
    const fetches: Record<string, OrtTensor | null> = {};
    for (const name of session.outputNames) {
      const given = options.outputs?.[name];
      fetches[name] = given === undefined ? null : this.#toOrt(given);
    }
    try {
      const results = await session.run(inputs, fetches);
      const outputs: Record<string, Tensor> = {};
      for (const name of session.outputNames) {
        outputs[name] = options.outputs?.[name] ?? toTensor(results[name]!);
      }
      return outputs;
    } catch (thrown) {
      throw inferenceError(thrown, 'running a graph');
    }
  }

  async dispose(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    if (session === undefined) return;
    if (this.#profiling) session.endProfiling();
    await session.release();
  }

  #open(): InferenceSession {
    if (this.#session === undefined) throw new Error('The session was disposed of.');
    return this.#session;
  }

  #toOrt(tensor: Tensor): OrtTensor {
    return new this.#ort.Tensor('float32', tensor.data, tensor.dims);
  }
}

function toTensor(tensor: OrtTensor): Tensor {
  return { data: tensor.data as Float32Array, dims: tensor.dims };
}
