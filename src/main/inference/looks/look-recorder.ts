import type { Look, LookName, LookPart } from '../../../networks/looks.ts';
import type { Tensor } from '../../../shared/tensor.ts';
import type { ProgramRun } from '../frame-work.ts';

/** What is seen of one frame: an array per part, 1 x C x H x W. */
export interface SeenLook {
  readonly name: LookName;
  readonly parts: readonly { readonly label: string; readonly tensor: Tensor }[];
}

/** Keeps what looks show of one frame while a network works through a clip. */
export class LookRecorder {
  readonly #looks: readonly Look[];
  readonly #stages: number;
  readonly #position: number;
  readonly #seen = new Map<LookPart, Tensor>();
  readonly #runs = new Map<Look, number>();

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
      const run = this.#runs.get(look) ?? 0;
      this.#runs.set(look, run + 1);
      for (const part of look.parts) {
        const tensor = (part.run ?? 0) === run ? (results[part.tensor] ?? feeds[part.tensor]) : undefined;
        if (tensor !== undefined) this.#seen.set(part, channelsOf(tensor, part.channels));
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
}

/** A copy, since buffers are used again. */
function channelsOf({ data, dims }: Tensor, channels: LookPart['channels']): Tensor {
  const [, all = 1, height = 1, width = 1] = dims;
  const [first, count] = channels ?? [0, all];
  const plane = height * width;
  return { data: data.slice(first * plane, (first + count) * plane), dims: [1, count, height, width] };
}
