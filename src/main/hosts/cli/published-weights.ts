import { fits } from '../../../networks/checkpoints/match-parameters.ts';
import { AcutanceError } from '../../../shared/errors.ts';
import type { PublishedCheckout } from '../../evaluation/published-code.ts';
import { rankFits, WeightsMismatch } from '../../inference/weights/recognise-weights.ts';
import { describeVariant } from '../../inference/weights/weight-variants.ts';
import { createWeightStore } from '../../services.ts';

/**
 * Makes sure that a weight file is for the network and the size that published code is to be run with: PyTorch would
 * say so only after minutes, and by the names of all tensors.
 *
 * @throws AcutanceError the `weights-` codes; the hint says what else the weights are for, where that is known.
 */
export async function requireFittingWeights(
  checkout: PublishedCheckout,
  size: string,
  path: string,
): Promise<void> {
  const store = await createWeightStore();
  try {
    await store.resolve({ network: checkout.network, size, weights: path });
  } catch (thrown) {
    if (!(thrown instanceof WeightsMismatch)) throw thrown;
    throw new AcutanceError(thrown.code, thrown.message, {
      hint: await adviseOn(thrown, checkout),
      cause: thrown,
    });
  }
}

/** The mismatch's own hint is for `weights import` and for networks that are chosen by an option. */
async function adviseOn(mismatch: WeightsMismatch, checkout: PublishedCheckout): Promise<string> {
  if (mismatch.parts) return 'Give one file that holds the whole network, as its authors published it.';
  const { networks } = await import('../../../networks/catalogue.ts');
  const found = rankFits(mismatch.checkpoint, networks).find(({ comparison }) => fits(comparison));
  if (!found) return mismatch.hint ?? `Give weights for ${checkout.title}.`;
  const whose = `These are weights for ${describeVariant(found)}`;
  if (found.network !== checkout.network) return `${whose}: give some for ${checkout.title}.`;
  return checkout.sizes.includes(found.size)
    ? `${whose}: use --size ${found.size}.`
    : `${whose}, which the published code does not have: give some for ${checkout.sizes.join(' or ')}.`;
}
