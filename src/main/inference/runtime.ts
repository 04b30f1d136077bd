import type { Tensor } from '../../shared/tensor.ts';

/** The execution devices a network can run on, in the words of the command line. */
export const DEVICE_IDS = ['cpu', 'webgpu', 'cuda', 'dml', 'coreml'] as const;
export type DeviceId = (typeof DEVICE_IDS)[number];

/** What a user may ask for: a device, or `auto` for the fastest one that really works here. */
export type DeviceChoice = 'auto' | DeviceId;

export interface DeviceReport {
  readonly device: DeviceId;
  /** Name of the hardware ("AMD EPYC", "NVIDIA GeForce RTX 4070"); undefined when the system does not tell. */
  readonly name: string | undefined;
  readonly usable: boolean;
  /** The "GPU" is a program running on the CPU (SwiftShader, llvmpipe): it works, slowly; `auto` avoids it. */
  readonly software: boolean;
  /** One line: why it cannot be used and what to do, or a remark on a usable device. */
  readonly reason: string | undefined;
}

/** Name and static shape of one input or output of a session. */
export interface TensorSpec {
  readonly name: string;
  readonly dims: readonly number[];
}

export interface SessionOptions {
  /** Threads for one operator; the number of physical cores when absent. */
  readonly threads?: number;
  /**
   * Keeps the memory of a run for the next one. Saves about a tenth of the CPU time (the system need not clear pages
   * again), but every session then holds its own peak for as long as it lives.
   */
  readonly keepMemory?: boolean;
  /** Writes ONNX Runtime's profile to `<prefix>_<time>.json` when the session is disposed of. */
  readonly profilePrefix?: string;
  /** Refuses a graph of which a node would run on the CPU although another device was asked for. */
  readonly forbidCpuNodes?: boolean;
}

export interface RunOptions {
  /** Checked before the run starts; a runtime that can interrupt a run also watches it meanwhile. */
  readonly signal?: AbortSignal | undefined;
  /** Buffers to write outputs into, by name; outputs not named here are allocated. */
  readonly outputs?: Readonly<Record<string, Tensor>>;
}

/** One loaded graph. Inputs and outputs have static shapes. Not re-entrant. */
export interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly outputs: readonly TensorSpec[];
  /**
   * Runs the graph once.
   * @throws AcutanceError `cancelled`, `out-of-memory` or `inference-failed`.
   */
  run(feeds: Readonly<Record<string, Tensor>>, options?: RunOptions): Promise<Record<string, Tensor>>;
  /** Frees what the session holds. Safe to call twice. */
  dispose(): Promise<void>;
}

/** A way to run ONNX graphs. */
export interface Runtime {
  readonly id: string;
  /** Every device of `DEVICE_IDS`, usable or not, tried out where trying is the only way to know. */
  devices(): Promise<readonly DeviceReport[]>;
  /** One entry of `devices()`, without trying the others. */
  device(device: DeviceId): Promise<DeviceReport>;
  /**
   * Loads a graph. `model` is no longer needed once the promise has settled.
   * @throws AcutanceError `device-unavailable`, `out-of-memory` or `inference-failed`.
   */
  createSession(model: Uint8Array, device: DeviceId, options?: SessionOptions): Promise<Session>;
}
