import type { Checkpoint } from '../../../networks/checkpoints/checkpoint.ts';
import type { ParameterSpec } from '../../../shared/tensor.ts';

/**
 * How alike the shapes of a weight file's tensors and of a network's parameters are, whatever they are called: twice what
 * both have over what they have together, from 0 (nothing) to 1 (the same shapes, equally often).
 */
export function shapeLikeness(parameters: readonly ParameterSpec[], checkpoint: Checkpoint): number {
  const left = new Map<string, number>();
  for (const { dims } of parameters) left.set(dims.join(), (left.get(dims.join()) ?? 0) + 1);
  let common = 0;
  for (const { dims } of checkpoint.tensors.values()) {
    const count = left.get(dims.join()) ?? 0;
    if (count === 0) continue;
    left.set(dims.join(), count - 1);
    common++;
  }
  return (2 * common) / Math.max(1, parameters.length + checkpoint.tensors.size);
}
