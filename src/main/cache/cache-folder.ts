import { join, resolve } from 'node:path';
import envPaths from 'env-paths';

/** Bytes of restored frames that are kept unless something else is asked for. */
export const DEFAULT_CACHE_BYTES = 8 * 2 ** 30;

/** Where Acutance keeps what can be made again: `ACUTANCE_CACHE_DIR` if set, else the platform's usual place. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const chosen = environment['ACUTANCE_CACHE_DIR'];
  return chosen === undefined || chosen === '' ? envPaths('acutance', { suffix: '' }).cache : resolve(chosen);
}

/** Where restored frames lie. */
export function frameCacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  return join(cacheFolder(environment), 'frames');
}
