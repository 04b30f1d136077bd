import { AcutanceError } from '../../shared/errors.ts';
import type { ParameterSpec } from '../../shared/tensor.ts';
import { formatShape } from './checkpoint-errors.ts';
import type { Checkpoint, CheckpointTensor } from './checkpoint.ts';

/** A tensor whose shape is not the one the network needs. */
export interface MisshapenParameter {
  readonly name: string;
  readonly expected: readonly number[];
  readonly actual: readonly number[];
}

/** How a weight file and a network's parameters compare. */
export interface ParameterComparison {
  /** Parameters that fit, by name in the network's order. */
  readonly fitting: ReadonlyMap<string, CheckpointTensor>;
  /** What the network needs and the file lacks. */
  readonly missing: readonly ParameterSpec[];
  /** What the file has and the network doesn't know. */
  readonly unexpected: readonly ParameterSpec[];
  readonly misshapen: readonly MisshapenParameter[];
}

export interface MatchOptions {
  /** Tensors of the file that don't matter when the network doesn't know them, such as training counters. */
  readonly ignore?: (name: string) => boolean;
}

/** Tensors named per kind of difference; the rest is counted. */
const LISTED = 10;

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((dim, axis) => dim === b[axis]);
}

/** Compares without judging; see `matchParameters`. */
export function compareParameters(
  expected: readonly ParameterSpec[],
  checkpoint: Checkpoint,
  { ignore = () => false }: MatchOptions = {},
): ParameterComparison {
  const fitting = new Map<string, CheckpointTensor>();
  const missing: ParameterSpec[] = [];
  const misshapen: MisshapenParameter[] = [];
  for (const spec of expected) {
    const tensor = checkpoint.tensors.get(spec.name);
    if (tensor === undefined) missing.push(spec);
    else if (sameShape(tensor.dims, spec.dims)) fitting.set(spec.name, tensor);
    else misshapen.push({ name: spec.name, expected: spec.dims, actual: tensor.dims });
  }
  const known = new Set(expected.map((spec) => spec.name));
  const unexpected = [...checkpoint.tensors]
    .filter(([name]) => !known.has(name) && !ignore(name))
    .map(([name, { dims }]) => ({ name, dims }));
  return { fitting, missing, unexpected, misshapen };
}

/** True where nothing is missing, unexpected or of another shape. */
export function fits(comparison: ParameterComparison): boolean {
  return differenceCount(comparison) === 0;
}

/** Number of tensors that stand in the way. */
export function differenceCount({ missing, unexpected, misshapen }: ParameterComparison): number {
  return missing.length + unexpected.length + misshapen.length;
}

function listed(lines: readonly string[]): string[] {
  if (lines.length <= LISTED) return [...lines];
  return [...lines.slice(0, LISTED), `... and ${lines.length - LISTED} more`];
}

/** The differences for people: a heading line with the counts, then one indented line for each tensor. */
export function describeDifferences({ missing, unexpected, misshapen }: ParameterComparison): string {
  const sections: [heading: string, lines: string[]][] = [
    ['missing', missing.map(({ name, dims }) => `${name} ${formatShape(dims)}`)],
    ['unexpected', unexpected.map(({ name, dims }) => `${name} ${formatShape(dims)}`)],
    [
      'of another shape',
      misshapen.map(
        ({ name, expected, actual }) =>
          `${name}: ${formatShape(expected)} needed, ${formatShape(actual)} in the file`,
      ),
    ],
  ];
  const present = sections.filter(([, lines]) => lines.length > 0);
  const counts = present.map(([heading, lines]) => `${lines.length} ${heading}`).join(', ');
  const details = present.flatMap(([heading, lines]) => [
    `  ${heading}:`,
    ...listed(lines).map((line) => `    ${line}`),
  ]);
  return [counts, ...details].join('\n');
}

/**
 * The network's parameters out of a weight file, as float32 in the network's order.
 *
 * @param expected names and shapes the network needs.
 * @param labels what the message calls the file and the network.
 * @throws AcutanceError `weights-mismatch` that lists every missing, unexpected and mis-shaped tensor (long lists are
 * shortened, with a count).
 */
export function matchParameters(
  expected: readonly ParameterSpec[],
  checkpoint: Checkpoint,
  labels: { readonly file: string; readonly network: string },
  options: MatchOptions = {},
): Map<string, Float32Array> {
  const comparison = compareParameters(expected, checkpoint, options);
  if (!fits(comparison)) {
    throw new AcutanceError(
      'weights-mismatch',
      `${labels.file} does not fit ${labels.network}: ${describeDifferences(comparison)}`,
      { hint: 'Check that the weights belong to this network and size.' },
    );
  }
  return new Map([...comparison.fitting].map(([name, tensor]) => [name, tensor.toFloat32()]));
}
