import type { Network } from '../../shared/api/catalogue.ts';
import type { WeightsFinding } from '../../shared/api/weights.ts';
import { formatCount } from '../design/format.ts';
import { sizeText } from './network-texts.ts';
import { layersText } from './weights-text.ts';

/** A kind of difference, with the first few tensors. */
export interface DifferenceText {
  readonly label: string;
  readonly items: readonly string[];
  /** How many more there are. */
  readonly more: number;
}

/** What files turned out to be, in words. */
export interface FindingText {
  readonly tone: 'success' | 'note' | 'danger';
  readonly message: string;
  /** What to do, or a remark. */
  readonly hint?: string | undefined;
  readonly differences: readonly DifferenceText[];
}

interface Some<Item> {
  readonly count: number;
  readonly first: readonly Item[];
}
interface Tensor {
  readonly name: string;
  readonly dims: readonly number[];
}

/** @param names what the files are called; several where parts of a network were put together */
export function findingText(
  names: readonly string[],
  finding: WeightsFinding,
  networks: readonly Network[],
): FindingText {
  const files: NamedFiles = { text: names.join(' and '), several: names.length > 1 };
  const verb = files.several ? 'are' : 'is';
  const titleOf = (id: string) => networks.find((network) => network.id === id)?.title ?? id;
  switch (finding.result) {
    case 'imported': {
      const { licence, options } = finding.weights;
      const name = `${titleOf(finding.network)} ${sizeText(finding.network, finding.size).label}`;
      const only = options?.layers === undefined ? '' : `, ${layersText(options.layers)}`;
      return {
        tone: 'success',
        message: `${files.text} ${verb} ${name}${only}. Imported.`,
        hint: licence === undefined ? undefined : `Licence: ${licence}`,
        differences: [],
      };
    }
    case 'part':
      return {
        tone: 'note',
        message: `${files.text} ${verb} a part of ${titleOf(finding.network)}: ${finding.present.join(', ')}.`,
        hint: `Drop the file with ${finding.absent.join(' and ')}, too: the parts are put together.`,
        differences: [],
      };
    case 'mismatch':
      return mismatchText(files, finding, titleOf);
  }
}

interface NamedFiles {
  readonly text: string;
  readonly several: boolean;
}

function mismatchText(
  { text: file, several }: NamedFiles,
  { closest, tensors }: Extract<WeightsFinding, { result: 'mismatch' }>,
  titleOf: (id: string) => string,
): FindingText {
  const stranger = `${file} ${several ? 'are' : 'is'} for none of the networks: no tensor of ${several ? 'them' : 'it'} has a name that they know.`;
  if (!closest) {
    return {
      tone: 'danger',
      message: stranger,
      hint: 'Choose the weights that the authors of one of these networks have published.',
      differences: listed(several ? 'They hold' : 'It holds', tensors, tensorText),
    };
  }
  const { fitting, missing, unexpected, misshapen } = closest.differences;
  const needed = formatCount(fitting + missing.count + misshapen.count);
  const name = `${titleOf(closest.network)} ${sizeText(closest.network, closest.size).label}`;
  const isStranger = fitting + misshapen.count === 0;
  return {
    tone: 'danger',
    message: isStranger
      ? `${stranger} By shapes the closest is ${name}.`
      : `${file} ${several ? 'fit' : 'fits'} none of the networks. The closest is ${name}: ${formatCount(fitting)} of its ${needed} tensors fit.`,
    hint: isStranger
      ? 'Not imported. Choose the weights that the authors of one of these networks have published.'
      : several
        ? 'Not imported. Drop parts that belong together: each of them is for one size only.'
        : 'Not imported. It may be a changed version of this network, or another one that builds on it.',
    differences: [
      ...listed('Missing', missing, tensorText),
      ...listed('Left over', unexpected, tensorText),
      ...listed(
        'Other shape',
        misshapen,
        (tensor) => `${tensor.name}: ${shape(tensor.actual)}, needed ${shape(tensor.expected)}`,
      ),
    ],
  };
}

function listed<Item>(label: string, some: Some<Item>, text: (item: Item) => string): DifferenceText[] {
  if (some.count === 0) return [];
  return [{ label, items: some.first.map(text), more: some.count - some.first.length }];
}

function tensorText({ name, dims }: Tensor): string {
  return `${name} ${shape(dims)}`;
}

/** Such as `64 × 3 × 5 × 5`. */
function shape(dims: readonly number[]): string {
  return dims.length === 0 ? 'one number' : dims.join(' × ');
}
