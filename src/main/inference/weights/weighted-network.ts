import type { NetworkOptions, WeightPart } from '../../../networks/network.ts';
import type { ParameterSpec } from '../../../shared/tensor.ts';
import type { VariedNetwork } from './weight-variants.ts';

/** A network as far as its weights are concerned. */
export interface WeightedNetwork extends VariedNetwork {
  readonly id: string;
  readonly sizes: readonly string[];
  /** The size that `paper` stands for, where it has another name. */
  readonly paperSize?: string;
  /** What published weights may come apart into. */
  readonly parts?: readonly WeightPart[];
  /** The stage that a parameter is for, where stages have their own. */
  stageOf?(parameter: string): number | undefined;
  /** Names and shapes of what it learns, in one of its sizes and variants. */
  parameters(size: string, options?: NetworkOptions): readonly ParameterSpec[];
}
