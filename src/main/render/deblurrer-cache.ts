import { stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import type { Look } from '../../networks/looks.ts';
import type { DeblurProvenance } from '../../shared/deblurring.ts';
import { AcutanceError } from '../../shared/errors.ts';
import type { DeblurSettings } from '../../shared/settings.ts';
import type { Deblurrer } from '../inference/deblurrer.ts';
import { OnnxRuntimeRuntime } from '../inference/onnxruntime-runtime.ts';
import type { Runtime } from '../inference/runtime.ts';
import type { WeightStore } from '../inference/weights/weight-store.ts';
import type { FrameRestorer } from './deblur-frames.ts';
import type { JobContext } from './engine-server.ts';
import { openInstalledWeights } from './installed-weights.ts';
import { prepareDeblurrer, type FrameSize, type PreparedDeblurrer } from './prepare-deblurrer.ts';
import { findSettingsNetwork } from './recipe-network.ts';

/** A network that is loaded and belongs to one job until it is released. */
export interface LoadedDeblurrer extends FrameRestorer {
  readonly provenance: DeblurProvenance;
  /** Frames around each frame that its result depends on. */
  readonly context: { readonly before: number; readonly after: number };
  /** Seconds spent in the runtime since it was acquired. */
  runSeconds(): number;
  /** Gives it back; it stays loaded for the next job unless it failed. */
  release(): Promise<void>;
}

/**
 * Keeps the network of the last job loaded: building its graphs takes seconds, and the next job mostly wants the same.
 * One job uses it at a time. What is kept is freed before another network is loaded.
 */
export class DeblurrerCache {
  readonly #runtime: Runtime;
  readonly #weights: WeightStore;
  #kept: { readonly key: string; readonly prepared: PreparedDeblurrer } | undefined;
  #busy = false;

  constructor(runtime: Runtime = new OnnxRuntimeRuntime(), weights: WeightStore = openInstalledWeights()) {
    this.#runtime = runtime;
    this.#weights = weights;
  }

  /** @throws AcutanceError as `prepareDeblurrer`. */
  async acquire(
    settings: DeblurSettings,
    frame: FrameSize,
    { signal }: Pick<JobContext, 'signal'>,
    looks: readonly Look[] = [],
  ): Promise<LoadedDeblurrer> {
    if (this.#busy) throw new AcutanceError('internal', 'The network is in use by another job.');
    this.#busy = true;
    try {
      const key = JSON.stringify([await this.#keyOf(settings, frame), looks.map(({ name }) => name)]);
      if (this.#kept?.key !== key) {
        await this.#drop();
        const services = { runtime: this.#runtime, weights: this.#weights };
        this.#kept = { key, prepared: await prepareDeblurrer(settings, frame, services, signal, looks) };
      }
      return this.#lend(this.#kept.prepared);
    } catch (thrown) {
      this.#busy = false;
      throw thrown;
    }
  }

  /** Frees what is kept. */
  async dispose(): Promise<void> {
    await this.#drop();
  }

  #lend({ deblurrer, provenance, context }: PreparedDeblurrer): LoadedDeblurrer {
    const runSecondsBefore = deblurrer.statistics.runSeconds;
    let failed = false;
    let runSeconds: number | undefined;
    const elapsed = () => runSeconds ?? deblurrer.statistics.runSeconds - runSecondsBefore;
    return {
      provenance,
      context,
      process: (frames, options) =>
        watchFailure(deblurrer.process(frames, options), (thrown) => {
          failed ||= !(thrown instanceof AcutanceError && thrown.code === 'cancelled');
        }),
      runSeconds: elapsed,
      release: async () => {
        if (runSeconds !== undefined) return;
        runSeconds = elapsed();
        this.#busy = false;
        // A driver that ran out of memory or lost its device seldom recovers within a session.
        if (failed) await this.#drop();
      },
    };
  }

  async #drop(): Promise<void> {
    const kept = this.#kept;
    this.#kept = undefined;
    await kept?.prepared.deblurrer.dispose();
  }

  async #keyOf(settings: DeblurSettings, { height, width }: FrameSize): Promise<string> {
    // Looking for weights that there can't be would tell to import some.
    findSettingsNetwork(settings);
    const { network, size, weights, layers } = settings;
    const content =
      weights !== undefined && isAbsolute(weights)
        ? await fileState(weights)
        : await this.#weights.find({ network, size, weights, layers }).then(({ sha256 }) => sha256);
    return JSON.stringify([{ ...settings, strength: undefined, cuts: undefined }, height, width, content]);
  }
}

/** Changes whenever a file is written anew; a file that is not there is told when it is read. */
async function fileState(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  return found === undefined ? '' : `${found.ino} ${found.size} ${found.mtimeMs}`;
}

async function* watchFailure(
  frames: ReturnType<Deblurrer['process']>,
  onFailure: (thrown: unknown) => void,
): AsyncGenerator<Float32Array, void, undefined> {
  try {
    yield* frames;
  } catch (thrown) {
    onFailure(thrown);
    throw thrown;
  }
}
