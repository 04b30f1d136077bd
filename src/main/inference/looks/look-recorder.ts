import type { Look, LookName, LookPart } from '../../../networks/looks.ts';
import { elementCount, type Tensor } from '../../../shared/tensor.ts';
import type { FrameTile, ProgramRun } from '../frame-work.ts';
import { copyWindow } from '../tiling/copy-window.ts';
import type { Span } from '../tiling/tile-plan.ts';

/** What is seen of one frame: an array per part, 1 x C x H x W. */
export interface SeenLook {
  readonly name: LookName;
  readonly parts: readonly { readonly label: LookPart['label']; readonly tensor: Tensor }[];
}

/** Keeps what looks show of one frame while a network works through a clip. */
export class LookRecorder {
  readonly #looks: readonly Look[];
  readonly #stages: number;
  readonly #position: number;
  readonly #seen = new Map<LookPart, Tensor>();
  /** How often its program ran, by look and place of the tile. */
  readonly #runs = new Map<Look, Map<string, number>>();

  /** @param position - of the frame in the clip, from 0. */
  constructor(looks: readonly Look[], stages: number, position: number) {
    this.#looks = looks;
    this.#stages = stages;
    this.#position = position;
  }

  /** To be called for every run of a program. */
  record({ phase, feeds, results }: ProgramRun): void {
    if (phase.position !== this.#position) return;
    for (const look of this.#looks) {
      const stage = look.stage === 'last' ? this.#stages : 2;
      if (phase.program !== look.program || phase.stage !== stage) continue;
      const run = this.#countRun(look, phase.tile);
      for (const part of look.parts) {
        const tensor = (part.run ?? 0) === run ? (results[part.tensor] ?? feeds[part.tensor]) : undefined;
        if (tensor !== undefined) this.#keep(part, tensor, phase.tile);
      }
    }
  }

  /**
   * What was seen, in the order of the looks. A part that the network had no need of is left out: at the end of a clip
   * both neighbours may be the same frame.
   */
  result(): SeenLook[] {
    return this.#looks.map(({ name, parts }) => ({
      name,
      parts: parts.flatMap((part) => {
        const tensor = this.#seen.get(part);
        return tensor === undefined ? [] : [{ label: part.label, tensor }];
      }),
    }));
  }

  /** Which run of its program for the frame, or for a tile of it, this is. */
  #countRun(look: Look, tile: FrameTile | undefined): number {
    const counts = this.#runs.get(look) ?? new Map<string, number>();
    this.#runs.set(look, counts);
    const place = tile === undefined ? '' : `${tile.row.input.start},${tile.column.input.start}`;
    const run = counts.get(place) ?? 0;
    counts.set(place, run + 1);
    return run;
  }

  #keep(part: LookPart, tensor: Tensor, tile: FrameTile | undefined): void {
    if (tile === undefined) {
      this.#seen.set(part, channelsOf(tensor, part.channels));
      return;
    }
    const [, , height = 1, width = 1] = tensor.dims;
    const whole = this.#seen.get(part) ?? wholeOf(tensor, part.channels, tile);
    this.#seen.set(part, whole);
    const [down, across] = [lengthOf(tile.row.input) / height, lengthOf(tile.column.input) / width];
    const { row, column } = tile;
    copyWindow({
      source: channelsOf(tensor, part.channels).data,
      sourcePlane: { height, width },
      sourceTop: (row.kept.start - row.input.start) / down,
      sourceLeft: (column.kept.start - column.input.start) / across,
      target: whole.data,
      targetPlane: { height: whole.dims[2]!, width: whole.dims[3]! },
      targetTop: row.kept.start / down,
      targetLeft: column.kept.start / across,
      window: { height: lengthOf(row.kept) / down, width: lengthOf(column.kept) / across },
      channels: whole.dims[1]!,
    });
  }
}

/** Room for a look of the whole frame, one of whose tiles this is. */
function wholeOf(tensor: Tensor, channels: LookPart['channels'], tile: FrameTile): Tensor {
  const [, all = 1, height = 1, width = 1] = tensor.dims;
  const dims = [
    1,
    channels?.[1] ?? all,
    (tile.frameHeight * height) / lengthOf(tile.row.input),
    (tile.frameWidth * width) / lengthOf(tile.column.input),
  ];
  return { data: new Float32Array(elementCount(dims)), dims };
}

function lengthOf({ start, end }: Span): number {
  return end - start;
}

/** A copy, since buffers are used again. */
function channelsOf({ data, dims }: Tensor, channels: LookPart['channels']): Tensor {
  const [, all = 1, height = 1, width = 1] = dims;
  const [first, count] = channels ?? [0, all];
  const plane = height * width;
  return { data: data.slice(first * plane, (first + count) * plane), dims: [1, count, height, width] };
}
