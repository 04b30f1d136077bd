import { AcutanceError } from '../../shared/errors.ts';
import type { LookPart } from '../../shared/inspection.ts';
import type { LookName } from '../../shared/looks.ts';
import type { DeblurSettings } from '../../shared/settings.ts';
import type { EngineClient } from './engine-client.ts';
import { FramesMemory } from './frames-memory.ts';
import { FramesQueue } from './frames-queue.ts';
import { LowPriority } from './process-priority.ts';
import type { RecipeResolver } from './recipe.ts';
import type { RenderClip } from './render-service.ts';

export interface LookServiceOptions {
  /**
   * Used for nothing else; disposed of with the service. It should be patient with what is cancelled: it would lose the
   * network that it has loaded.
   */
  readonly engine: Pick<EngineClient, 'run' | 'pid' | 'stop' | 'dispose'>;
  readonly recipes: Pick<RecipeResolver, 'resolve'>;
  /** How much memory pictures may take, in bytes. */
  readonly memoryBytes?: number | undefined;
}

export interface WantedLook {
  /** As the recipe of a clip was described. */
  readonly recipe: string;
  readonly look: LookName;
  /** Number of the frame, from 0. */
  readonly frame: number;
  readonly signal?: AbortSignal | undefined;
}

const DEFAULT_MEMORY_BYTES = 64 * 2 ** 20;
/** Recipes whose settings are known: one for each change of settings in any window. */
const MOST_RECIPES = 200;
/** "Nice" values behind this process: frames on the screen go first. */
const BEHIND = 5;
/** An engine that nobody used for so long gives its memory back. */
const IDLE_MS = 2 * 60_000;

/**
 * Looks inside networks, for the screen: computed in an engine of its own, one at a time, the one asked for last first.
 * Pictures are kept in memory by what they are made of, and requests for the same one share the work.
 */
export class LookService {
  readonly #engine: LookServiceOptions['engine'];
  readonly #priority: LowPriority;
  readonly #recipes: LookServiceOptions['recipes'];
  readonly #queue = new FramesQueue();
  readonly #pictures: FramesMemory<readonly LookPart[]>;
  readonly #settings = new Map<string, DeblurSettings>();
  #idle: NodeJS.Timeout | undefined;
  #disposed = false;

  constructor({ engine, recipes, memoryBytes = DEFAULT_MEMORY_BYTES }: LookServiceOptions) {
    this.#engine = engine;
    this.#priority = new LowPriority(engine, BEHIND);
    this.#recipes = recipes;
    this.#pictures = new FramesMemory(memoryBytes);
  }

  /** Tells what a recipe is made of: a look is asked for by the recipe alone. */
  remember(recipe: string, settings: DeblurSettings): void {
    this.#settings.delete(recipe);
    this.#settings.set(recipe, settings);
    const [oldest] = this.#settings.keys();
    if (this.#settings.size > MOST_RECIPES && oldest !== undefined) this.#settings.delete(oldest);
  }

  /**
   * What a network shows of a frame: a picture for each frame that it concerns.
   *
   * @throws AcutanceError `not-found` for a recipe that was not remembered or has come to mean something else, and a frame
   *   that the clip does not have; `usage` for a look that the network, as it is set, does not have; `cancelled`; as
   *   `RecipeResolver.resolve` and exports for anything about the clip, the weights or the device.
   */
  async look(clip: RenderClip, wanted: WantedLook): Promise<readonly LookPart[]> {
    const { recipe, look, frame, signal } = wanted;
    const settings = this.#settings.get(recipe);
    if (settings === undefined) throw unknownRecipe();
    if (frame >= clip.frames) {
      throw new AcutanceError('not-found', `"${clip.name}" has no frame ${frame}: it has ${clip.frames}.`, {
        hint: 'Frames are counted from 0.',
      });
    }
    const key = `${clip.id} ${recipe} ${look} ${frame}`;
    const known = this.#pictures.get(key);
    if (known) return known;
    return this.#queue.ask(
      {
        key,
        urgency: 'screen',
        clip: key,
        place: frame,
        work: async (abandoned) => {
          abandoned.throwIfAborted();
          const parts = await this.#compute(clip, settings, wanted, abandoned);
          const bytes = parts.reduce((sum, { png }) => sum + png.length, 0);
          this.#pictures.set(key, parts, bytes);
          return parts;
        },
      },
      signal,
    );
  }

  /** Ends every wait with `cancelled`, and the engine. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    clearTimeout(this.#idle);
    this.#queue.dispose();
    this.#pictures.clear();
    await this.#engine.dispose();
  }

  async #compute(
    { path, index }: RenderClip,
    settings: DeblurSettings,
    { recipe, look, frame }: WantedLook,
    signal: AbortSignal,
  ): Promise<readonly LookPart[]> {
    const resolved = await this.#recipes.resolve(settings);
    if (resolved.id !== recipe) throw unknownRecipe();
    clearTimeout(this.#idle);
    try {
      const request = {
        ...{ input: path, index, frame, look },
        deblur: resolved.settings,
        weightsHash: resolved.weights.sha256,
      };
      const { parts } = await this.#engine.run('look', request, {
        signal,
        onEvent: () => this.#priority.apply(),
      });
      return parts;
    } finally {
      if (!this.#disposed) this.#idle = setTimeout(() => void this.#engine.stop(), IDLE_MS).unref();
    }
  }
}

function unknownRecipe(): AcutanceError {
  return new AcutanceError('not-found', 'What these settings come to is not known any more.', {
    hint: 'Choose the look again.',
  });
}
