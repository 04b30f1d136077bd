/** A picture that takes memory until it is closed. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly close: () => void;
}

/** Memory of a picture: four bytes a pixel. */
export function bytesOf(picture: Picture): number {
  return picture.width * picture.height * 4;
}

/** The pictures used last, within a budget; those that have to go are closed. */
export class FrameCache<P extends Picture> {
  /** In the order of use, the one used longest ago first. */
  readonly #pictures = new Map<string, P>();
  readonly #budget: number;
  #bytes = 0;

  /** @param budget bytes */
  constructor(budget: number) {
    this.#budget = budget;
  }

  get bytes(): number {
    return this.#bytes;
  }

  has(key: string): boolean {
    return this.#pictures.has(key);
  }

  /** A picture, which counts as used by this. */
  get(key: string): P | undefined {
    const picture = this.#pictures.get(key);
    if (picture) {
      this.#pictures.delete(key);
      this.#pictures.set(key, picture);
    }
    return picture;
  }

  /** @param inUse pictures that stay open whatever the budget says: they are on the screen */
  add(key: string, picture: P, inUse: readonly (P | undefined)[] = []): void {
    this.#remove(key);
    this.#pictures.set(key, picture);
    this.#bytes += bytesOf(picture);
    for (const [oldKey, old] of this.#pictures) {
      if (this.#bytes <= this.#budget) return;
      if (oldKey !== key && !inUse.includes(old)) this.#remove(oldKey);
    }
  }

  clear(): void {
    for (const key of [...this.#pictures.keys()]) this.#remove(key);
  }

  #remove(key: string): void {
    const picture = this.#pictures.get(key);
    if (!picture) return;
    this.#pictures.delete(key);
    this.#bytes -= bytesOf(picture);
    picture.close();
  }
}
