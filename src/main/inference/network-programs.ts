import type { Tensor } from '../../shared/tensor.ts';
import { elementCount } from '../../shared/tensor.ts';
import type { Look } from '../../networks/looks.ts';
import type { Network, NetworkOptions, NetworkProgram, NetworkSize } from '../../networks/network.ts';
import type { ParameterSource } from '../../networks/graph/serialise.ts';
import { loweringFor } from './devices/device-choice.ts';
import { throwIfCancelled } from './inference-errors.ts';
import type { DeviceId, Runtime, Session, SessionOptions, TensorSpec } from './runtime.ts';

/** Learned parameters, and the convention of the warps they were trained with. */
export interface NetworkWeights {
  readonly parameters: ParameterSource;
  /** Grid convention of every warp; true is what the published weights of CDVD-TSP were trained with. */
  readonly alignCorners: boolean;
}

export interface NetworkProgramsOptions {
  readonly runtime: Runtime;
  readonly network: Network;
  readonly size: NetworkSize;
  readonly stages: number;
  readonly options?: NetworkOptions | undefined;
  readonly weights: NetworkWeights;
  readonly device: DeviceId;
  readonly sessionOptions?: SessionOptions | undefined;
  /** What is to be seen of the network's inside. */
  readonly looks?: readonly Look[] | undefined;
}

export interface ProgramShape {
  readonly height: number;
  readonly width: number;
  /** See `SessionOptions`. */
  readonly keepMemory: boolean;
}

export interface ProgramStatistics {
  readonly runs: number;
  /** Seconds between asking the runtime for a run and having its result. */
  readonly seconds: number;
}

/** The loaded graphs of a network for one frame size: one session per program, and per stage where weights differ. */
export class NetworkPrograms {
  readonly #options: NetworkProgramsOptions;
  /** By program; for each the sessions of all stages, or the one that they share. */
  readonly #sessions = new Map<NetworkProgram, Session[]>();
  readonly #statistics = new Map<NetworkProgram, { runs: number; seconds: number }>();
  #buildSeconds = 0;

  constructor(options: NetworkProgramsOptions) {
    this.#options = options;
  }

  /** Seconds spent on building graphs and loading them. */
  get buildSeconds(): number {
    return this.#buildSeconds;
  }

  get statistics(): Readonly<Partial<Record<NetworkProgram, ProgramStatistics>>> {
    return Object.fromEntries([...this.#statistics].map(([program, entry]) => [program, { ...entry }]));
  }

  /** Builds and loads `program` for frames (or tiles) of the shape's height x width pixels. */
  async load(program: NetworkProgram, shape: ProgramShape, signal?: AbortSignal): Promise<void> {
    throwIfCancelled(signal);
    const { height, width, keepMemory } = shape;
    const { runtime, network, size, stages, options, weights, device, sessionOptions, looks } = this.#options;
    const started = performance.now();
    const { parameters, alignCorners } = weights;
    const lowering = loweringFor(device);
    const prefix = sessionOptions?.profilePrefix;
    const settings: SessionOptions = {
      keepMemory,
      ...sessionOptions,
      ...(prefix === undefined ? {} : { profilePrefix: `${prefix}-${program}` }),
    };
    const sessions: Session[] = [];
    this.#sessions.set(program, sessions);
    const shared = { program, size, options, height, width, alignCorners, lowering, parameters, looks };
    for (let stage = 1; stage <= (network.stageWeights === 'own' ? stages : 1); stage++) {
      throwIfCancelled(signal);
      const model = network.buildModel({ ...shared, stage });
      sessions.push(await runtime.createSession(model, device, settings));
    }
    this.#statistics.set(program, { runs: 0, seconds: 0 });
    this.#buildSeconds += (performance.now() - started) / 1000;
  }

  outputs(program: NetworkProgram): readonly TensorSpec[] {
    return this.#session(program, 1).outputs;
  }

  /** Bytes of all outputs of a program together. */
  outputBytes(program: NetworkProgram): number {
    return this.outputs(program).reduce((sum, { dims }) => sum + 4 * elementCount(dims), 0);
  }

  /** @returns all outputs, those that were asked for in their buffers. */
  async run(
    program: NetworkProgram,
    stage: number,
    feeds: Readonly<Record<string, Tensor>>,
    outputs: Readonly<Record<string, Tensor>>,
    signal: AbortSignal | undefined,
  ): Promise<Readonly<Record<string, Tensor>>> {
    const started = performance.now();
    const results = await this.#session(program, stage).run(feeds, { outputs, signal });
    const entry = this.#statistics.get(program);
    if (entry !== undefined) {
      entry.runs++;
      entry.seconds += (performance.now() - started) / 1000;
    }
    return results;
  }

  async dispose(): Promise<void> {
    const sessions = [...this.#sessions.values()].flat();
    this.#sessions.clear();
    for (const session of sessions) await session.dispose();
  }

  #session(program: NetworkProgram, stage: number): Session {
    const sessions = this.#sessions.get(program) ?? [];
    const session = sessions[stage - 1] ?? sessions[0];
    if (session === undefined) throw new Error(`The program "${program}" is not loaded.`);
    return session;
  }
}
