import type { NetworkOptions } from '../../../networks/network.ts';
import type { ParameterSpec } from '../../../shared/tensor.ts';
import type { VariedNetwork } from './weight-variants.ts';

/** A network as far as its weights are concerned. */
export interface WeightedNetwork extends VariedNetwork {
  readonly id: string;
  readonly sizes: readonly string[];
  /** The size that `paper` stands for, where it has another name. */
  readonly paperSize?: string;
  /** What published weights may come apart into, each file without the prefix named here. */
  readonly parts?: readonly { readonly name: string; readonly prefix: string }[];
  /** Names and shapes of what it learns, in one of its sizes and variants. */
  parameters(size: string, options?: NetworkOptions): readonly ParameterSpec[];
}
