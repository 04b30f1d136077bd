import type { WeightStore } from './inference/weights/weight-store.ts';
import { EngineClient } from './render/engine-client.ts';

/** The services that the command line uses one at a time; the application builds all of its own in `app.ts`. */

export interface EngineSettings {
  /** Receives what the engine's native libraries print. */
  readonly onOutput?: ((text: string) => void) | undefined;
}

/** The supervisor of the engine process; nothing is started before its first job. */
export function createEngine(settings: EngineSettings = {}): EngineClient {
  return new EngineClient({ onOutput: settings.onOutput });
}

/** The weights at hand. Loaded on demand: it knows every network, which a command that needs none should not pay for. */
export async function createWeightStore(): Promise<WeightStore> {
  const { openInstalledWeights } = await import('./render/installed-weights.ts');
  return openInstalledWeights();
}
