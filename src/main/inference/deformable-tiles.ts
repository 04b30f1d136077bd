import type { Tensor } from '../../shared/tensor.ts';
import { DeformableAlignment, type AlignmentWindow } from './deformable-alignment.ts';
import type { At, FrameWork } from './frame-work.ts';
import type { TensorSpec } from './runtime.ts';
import { copyWindow, type Plane } from './tiling/copy-window.ts';
import type { TilePlan, TileSpan } from './tiling/tile-plan.ts';

export interface DeformableTilesOptions {
  readonly work: FrameWork;
  /** Padded frame size in pixels. */
  readonly height: number;
  readonly width: number;
  readonly tiles: TilePlan;
  readonly alignedChannels: number;
  /** What the programs `centre` and `features` give for a tile. */
  readonly centreOutputs: readonly TensorSpec[];
  readonly featureOutputs: readonly TensorSpec[];
}

const FRAMES = ['previous', 'middle', 'next'] as const;

/**
 * Alignment of a frame tile by tile. The features of a frame are many times as large as it, and are computed anew for
 * every tile and every frame that it is a neighbour of: alignment itself takes seven times as long.
 */
export class DeformableTiles {
  readonly #work: FrameWork;
  readonly #frame: Plane;
  readonly #tiles: TilePlan;
  readonly #alignment: DeformableAlignment;
  readonly #images: Readonly<Record<(typeof FRAMES)[number], Tensor>>;
  readonly #features: Readonly<Record<string, Tensor>>;
  readonly #aligned: Tensor;

  constructor(options: DeformableTilesOptions) {
    const { work, tiles, featureOutputs, height, width } = options;
    this.#work = work;
    this.#frame = { height, width };
    this.#tiles = tiles;
    this.#alignment = new DeformableAlignment({ ...options, height: tiles.height, width: tiles.width });
    const image = (channels: number) => work.borrow([1, channels, tiles.height, tiles.width]);
    this.#images = { previous: image(3), middle: image(3), next: image(3) };
    this.#features = Object.fromEntries(featureOutputs.map(({ name, dims }) => [name, work.borrow(dims)]));
    this.#aligned = image(options.alignedChannels);
  }

  /** Writes the whole frame's `aligned`. */
  async align(window: AlignmentWindow, aligned: Tensor, at: At): Promise<void> {
    for (const row of this.#tiles.rows) {
      for (const column of this.#tiles.columns) await this.#alignTile(window, aligned, at, { row, column });
    }
  }

  /** Gives the working buffers back. */
  dispose(): void {
    this.#alignment.dispose();
    this.#work.giveBack([...Object.values(this.#images), ...Object.values(this.#features), this.#aligned]);
  }

  async #alignTile(
    window: AlignmentWindow,
    aligned: Tensor,
    at: At,
    { row, column }: { readonly row: TileSpan; readonly column: TileSpan },
  ): Promise<void> {
    const frame = this.#frame;
    const tile = { height: this.#tiles.height, width: this.#tiles.width };
    for (const name of FRAMES) {
      copyWindow({
        ...{ source: window[name].data, sourcePlane: frame },
        ...{ sourceTop: row.input.start, sourceLeft: column.input.start },
        ...{ target: this.#images[name].data, targetPlane: tile, targetTop: 0, targetLeft: 0 },
        ...{ window: tile, channels: 3 },
      });
    }
    const place = { row, column, frameHeight: frame.height, frameWidth: frame.width };
    const here = { ...at, tile: place };
    const neighbours = Object.fromEntries(
      Object.entries(this.#features).map(([name, tensor]) => [name.replace('level', 'neighbour'), tensor]),
    );
    const describe = async (neighbour: 'previous' | 'next') => {
      await this.#work.run('features', { frame: this.#images[neighbour] }, this.#features, here);
      return neighbours;
    };
    const { sameNeighbour } = window;
    await this.#alignment.align({ ...this.#images, sameNeighbour }, describe, this.#aligned, here);
    copyWindow({
      ...{ source: this.#aligned.data, sourcePlane: tile },
      sourceTop: row.kept.start - row.input.start,
      sourceLeft: column.kept.start - column.input.start,
      ...{ target: aligned.data, targetPlane: frame },
      ...{ targetTop: row.kept.start, targetLeft: column.kept.start },
      window: { height: row.kept.end - row.kept.start, width: column.kept.end - column.kept.start },
      channels: aligned.dims[1]!,
    });
  }
}
