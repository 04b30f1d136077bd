import type { Network } from '../../shared/api/catalogue.ts';
import { LOOK_SCALE_HEADER, type Look } from '../../shared/api/look.ts';
import { isLookOffered, type LookName, type LookPartName } from '../../shared/looks.ts';
import type { Client } from '../api/client.ts';
import type { ClipView } from '../state/clip-view.svelte.ts';
import type { Picture } from '../viewer/frame-cache.ts';
import { LookLoader, type LoadedLook, type LookRef, type ShownLook } from './look-loader.svelte.ts';

export interface LookInsideParts<P extends Picture> {
  readonly client: Pick<Client, 'look'>;
  readonly networks: () => readonly Network[];
  readonly clip: () => ClipView | undefined;
  /** Makes a picture of the bytes of a PNG. */
  readonly decode: (png: ArrayBuffer) => Promise<P>;
}

const DEFAULT_OPACITY = 0.75;

/** What of the network's inside lies over the picture. The choice stays when another clip is opened. */
export class LookInside<P extends Picture> {
  readonly #parts: LookInsideParts<P>;
  readonly #loader: LookLoader<P>;
  #name = $state<LookName | undefined>();
  /** The one that comes back when looking inside is switched on again. */
  #lastName: LookName | undefined;
  #part = $state<LookPartName | undefined>();
  /** Of the picture over the frame, 0 to 1. */
  opacity = $state(DEFAULT_OPACITY);

  readonly #network = $derived.by(() => {
    const id = this.#parts.clip()?.deblur.network;
    return this.#parts.networks().find((network) => network.id === id);
  });

  /** What the clip's network, as it is set, has to show. */
  readonly offered: readonly Look[] = $derived.by(() => {
    const network = this.#network;
    const deblur = this.#parts.clip()?.deblur;
    if (!network || !deblur) return [];
    const defaults = Object.fromEntries(network.options.map((option) => [option.name, option.default]));
    return network.looks.filter((look) => isLookOffered(look, deblur, defaults));
  });

  /** What is chosen, where the network has it; else the choice waits for a network that does. */
  readonly chosen: Look | undefined = $derived.by(() => this.offered.find(({ name }) => name === this.#name));

  /** Which of its parts. */
  readonly part: LookPartName | undefined = $derived.by(() => {
    const parts = this.chosen?.parts ?? [];
    return parts.find((part) => part === this.#part) ?? parts[0];
  });

  /**
   * What is to be fetched; another object whenever the recipe was asked for anew. Nothing while the clip plays: a look belongs to one frame, and takes longer than that is
   * shown.
   */
  readonly wanted: LookRef | undefined = $derived.by(() => {
    const clip = this.#parts.clip();
    const recipe = clip?.recipe?.recipe;
    if (!clip || recipe === undefined || !this.chosen || this.part === undefined || clip.transport.playing)
      return undefined;
    const { name } = this.chosen;
    return { clip: clip.info.id, recipe, name, part: this.part, index: clip.transport.index };
  });

  constructor(parts: LookInsideParts<P>) {
    this.#parts = parts;
    this.#loader = new LookLoader<P>({
      load: (ref, signal) => this.#load(ref, signal),
      onForgotten: () => void parts.clip()?.refreshRecipe(),
    });
  }

  get loader(): Pick<LookLoader<P>, 'shown' | 'waiting' | 'problem'> {
    return this.#loader;
  }

  choose(name: LookName | undefined): void {
    this.#lastName = name ?? this.#name;
    this.#name = name;
  }

  choosePart(part: LookPartName): void {
    this.#part = part;
  }

  /** Switches looking inside off, or on again with what was seen last. */
  toggle(): void {
    if (this.chosen) this.choose(undefined);
    else this.choose(this.offered.find(({ name }) => name === this.#lastName)?.name ?? this.offered[0]?.name);
  }

  /** The next look in the order of the menu; after the last one none. */
  chooseNext(): void {
    const at = this.offered.findIndex(({ name }) => name === this.chosen?.name);
    this.choose(this.offered[at + 1]?.name);
  }

  /** Fetches what is wanted now; the same once more tries again what has failed. */
  follow(wanted: LookRef | undefined): void {
    this.#loader.want(wanted);
  }

  /** The picture to lay over a frame; undefined where there is none of just this one. */
  over(index: number | undefined): ShownLook<P> | undefined {
    const { shown } = this.#loader;
    return shown?.ref.index === index ? shown : undefined;
  }

  dispose(): void {
    this.#loader.dispose();
  }

  async #load({ clip, recipe, name, part, index }: LookRef, signal: AbortSignal): Promise<LoadedLook<P>> {
    const params = { clip, recipe, look: name, index };
    const { bytes, headers } = await this.#parts.client.look({ params, query: { part }, signal });
    return {
      picture: await this.#parts.decode(bytes),
      fullScale: Number(headers.get(LOOK_SCALE_HEADER) ?? 1),
    };
  }
}

/** A bitmap with exactly the values of a PNG. */
export function decodePng(png: ArrayBuffer): Promise<ImageBitmap> {
  return createImageBitmap(new Blob([png], { type: 'image/png' }), {
    premultiplyAlpha: 'none',
    colorSpaceConversion: 'none',
  });
}
