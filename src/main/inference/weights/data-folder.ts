import { join, resolve } from 'node:path';
import envPaths from 'env-paths';

/** Where Acutance keeps a user's own data: `ACUTANCE_DATA_DIR` if set, else the platform's usual place. */
export function dataFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const chosen = environment['ACUTANCE_DATA_DIR'];
  return chosen === undefined || chosen === '' ? envPaths('acutance', { suffix: '' }).data : resolve(chosen);
}

/** Where imported weights lie. */
export function importedWeightsFolder(environment: NodeJS.ProcessEnv = process.env): string {
  return join(dataFolder(environment), 'weights');
}
