import os from 'node:os';

const GIB = 2 ** 30;

/**
 * What deblurring may use when nothing else is said. With the decoder, the encoder and Node beside it the process then
 * stays below 3 GB, and larger tiles would hardly be faster.
 */
const DEFAULT_CAP = 2.1 * GIB;

/** Graphics memory cannot be asked for through ONNX Runtime; this fits the smallest cards that are worth using. */
const GRAPHICS_CAP = 2 * GIB;

export interface MemoryBudget {
  /** Tiles are made small enough to stay below this. */
  readonly wantedBytes: number;
  /** Beyond this deblurring is refused: it would end in swapping or in the process being killed. */
  readonly limitBytes: number;
}

/**
 * @param availableBytes memory this process could still get
 * @param explicitBytes a user's limit, which is both the aim and the end
 */
export function memoryBudget(
  device: string,
  availableBytes: number = availableMemoryBytes(),
  explicitBytes?: number,
): MemoryBudget {
  if (explicitBytes !== undefined) return { wantedBytes: explicitBytes, limitBytes: explicitBytes };
  if (device !== 'cpu') return { wantedBytes: GRAPHICS_CAP, limitBytes: Infinity };
  const limitBytes = availableBytes * 0.9;
  return { wantedBytes: Math.min(DEFAULT_CAP, availableBytes * 0.75), limitBytes };
}

/** Memory this process could still get, in bytes: free and reclaimable memory, within the container's limit if any. */
export function availableMemoryBytes(): number {
  // macOS counts only untouched pages as free; about a quarter of the memory can always be had.
  if (process.platform === 'darwin') return Math.max(os.freemem(), os.totalmem() / 4);
  return process.availableMemory();
}
