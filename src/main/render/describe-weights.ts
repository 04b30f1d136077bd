import type { Weights } from '../../shared/api/catalogue.ts';
import type { WeightRecord } from '../inference/weights/weight-record.ts';

/** Weights as the application speaks of them. */
export function describeWeights(record: WeightRecord): Weights {
  const { name, sha256, source, origin, licence, attribution, bytes, imported, options } = record;
  const importedAt = imported === undefined ? NaN : Date.parse(imported);
  return {
    name,
    hash: sha256,
    source,
    origin,
    ...(licence === undefined ? {} : { licence }),
    ...(attribution === undefined ? {} : { attribution }),
    ...(options?.layers === undefined ? {} : { options: { layers: options.layers } }),
    bytes,
    ...(Number.isNaN(importedAt) ? {} : { importedAt }),
  };
}
