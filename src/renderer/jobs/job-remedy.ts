import type { JobOrder } from '../../shared/api/job.ts';
import type { ErrorCode } from '../../shared/errors.ts';

/** A way around a problem that needs the user's word. */
export interface Remedy {
  readonly label: string;
  readonly order: JobOrder;
}

/** What can be offered for a job that failed, beside trying the same again; undefined where there is nothing. */
export function remedyOf(code: ErrorCode, order: JobOrder): Remedy | undefined {
  if (order.kind !== 'export') return undefined;
  if (code === 'output-exists' && !order.overwrite) {
    return { label: 'Replace the file', order: { ...order, overwrite: true } };
  }
  if (code === 'input-corrupt' && !order.allowDamaged) {
    return { label: 'Export what can be read', order: { ...order, allowDamaged: true } };
  }
  return undefined;
}
