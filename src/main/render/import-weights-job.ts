import type { Differences, WeightsFinding } from '../../shared/api/weights.ts';
import type { ImportWeightsRequest } from '../../shared/weights-import.ts';
import { AcutanceError } from '../../shared/errors.ts';
import { isRelated, WeightsMismatch } from '../inference/weights/recognise-weights.ts';
import type { NamedFile, WeightStore } from '../inference/weights/weight-store.ts';
import { describeWeights } from './describe-weights.ts';
import type { JobContext } from './engine-server.ts';
import { openInstalledWeights } from './installed-weights.ts';

/** Tensors named of each kind; the rest is counted. */
const NAMED = 6;

/**
 * Finds out which network weight files are for, and keeps a copy where they fit one. It runs in the engine because the
 * files are strangers': one made to crash its reader takes no more with it.
 *
 * @throws AcutanceError the `weights-` codes but for files of something else, `output-unwritable`, `disk-full`.
 */
export async function runImportWeights(
  { files, licence, alignCorners }: ImportWeightsRequest,
  context: Pick<JobContext, 'phase'>,
  store: WeightStore = openInstalledWeights(),
): Promise<WeightsFinding> {
  context.phase('opening');
  const [first, ...others] = files;
  if (!first) throw new AcutanceError('usage', 'There is no file to import.');
  const named: [NamedFile, ...NamedFile[]] = [first, ...others];
  try {
    const record = await store.import(named, { licence, alignCorners });
    const { network, size } = record;
    return { result: 'imported', network, size, weights: describeWeights(record) };
  } catch (thrown) {
    if (!(thrown instanceof WeightsMismatch)) throw thrown;
    return describeMismatch(thrown);
  }
}

function describeMismatch({ closest, parts, checkpoint }: WeightsMismatch): WeightsFinding {
  const { network, size, comparison, likeness } = closest;
  if (parts) {
    const { present, absent, alsoOf } = parts;
    return {
      ...{ result: 'part', network, size, present: [...present], absent: [...absent] },
      ...(alsoOf.length === 0 ? {} : { alsoOf: [...alsoOf] }),
    };
  }
  const { fitting, missing, unexpected, misshapen } = comparison;
  const differences: Differences = {
    fitting: fitting.size,
    missing: someOf(missing, ({ name, dims }) => ({ name, dims: [...dims] })),
    unexpected: someOf(unexpected, ({ name, dims }) => ({ name, dims: [...dims] })),
    misshapen: someOf(misshapen, ({ name, expected, actual }) => ({
      ...{ name, expected: [...expected], actual: [...actual] },
    })),
  };
  return {
    result: 'mismatch',
    ...(isRelated(comparison) || likeness > 0 ? { closest: { network, size, differences } } : {}),
    tensors: someOf([...checkpoint.tensors], ([name, { dims }]) => ({ name, dims: [...dims] })),
  };
}

function someOf<Item, Described>(items: readonly Item[], describe: (item: Item) => Described) {
  return { count: items.length, first: items.slice(0, NAMED).map(describe) };
}
