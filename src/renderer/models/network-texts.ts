import type { Network, NetworkOption } from '../../shared/api/catalogue.ts';

/** What the page says of networks beside their names. */

export interface SizeText {
  readonly label: string;
  /** One line: what it means to choose it. */
  readonly detail: string | undefined;
}

const LITE = 'Narrower, made for processors';
const PUBLISHED = 'As published';

/** Where a network has nothing of its own to say, the size alone decides. */
const SIZES: Readonly<Record<string, readonly [label: string, detail: string]>> = {
  lite: ['Lite', LITE],
  paper: ['Paper', `${PUBLISHED}; large and slow`],
  small: ['Small', PUBLISHED],
  medium: ['Medium', PUBLISHED],
  large: ['Large', PUBLISHED],
};

const SIZES_OF: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  pvdnet: {
    small: 'Half of medium; not published',
    medium: 'As published, as in the paper',
    large: 'As published; largest, slowest',
  },
  erdn: { paper: 'As published; very slow' },
  arvo: { paper: 'As in the paper; large and slow' },
  mlfa: { paper: 'As in the paper; large and slow' },
};

/** What a size of a network is called, and what it means. */
export function sizeText(network: string, size: string): SizeText {
  const [label, detail] = SIZES[size] ?? [size, undefined];
  return { label, detail: SIZES_OF[network]?.[size] ?? detail };
}

const STAGES_OF: Readonly<Record<string, readonly string[]>> = {
  erdn: ['Single', 'Double'],
  mlfa: ['Stage 1', 'Stage 1+2'],
};

const STAGES_MEAN: Readonly<Record<string, string>> = {
  erdn: 'Double works on the results of single: more blur taken out, about three times the time',
  mlfa: 'Stage 1 looks at each frame by itself; stage 2 adds what the frames around it show',
};

/** The name of a number of stages, and what more of them do. */
export function stageText(
  network: string,
  stages: number,
): { readonly label: string; readonly title: string } {
  return {
    label: STAGES_OF[network]?.[stages - 1] ?? String(stages),
    title: STAGES_MEAN[network] ?? 'Each stage works on the results of the one before: less blur, more time',
  };
}

/** As in a sentence: `2 stages`, `stage 1+2`. */
export function stagesInWords({ id }: Pick<Network, 'id'>, stages: number): string {
  const own = STAGES_OF[id]?.[stages - 1];
  if (own !== undefined) return own.toLowerCase();
  return `${stages} ${stages === 1 ? 'stage' : 'stages'}`;
}

interface OptionText {
  readonly label: string;
  /** What a value means; `on` and `off` of a switch. */
  readonly detail: (value: number | boolean) => string | undefined;
}

const OPTIONS: Readonly<Record<string, OptionText>> = {
  motion: {
    label: 'Motion',
    detail: (value) => (value === true ? 'The last result follows motion' : 'The last result stays: faster'),
  },
  layers: {
    label: 'Layers',
    detail: (value) =>
      value === 0
        ? 'Nothing compared: fastest'
        : `Whole frames, in ${String(value)} ${value === 1 ? 'size' : 'sizes'}`,
  },
};

/** What an option is called and what its value means; of one that this page does not know, its name alone. */
export function optionText({ name }: NetworkOption): OptionText {
  return OPTIONS[name] ?? { label: name, detail: () => undefined };
}
