import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The program's own folder: the first one above this file with a manifest, in a checkout and in a package alike. */
export function installationFolder(): URL {
  for (let folder = new URL('./', import.meta.url); ;) {
    if (existsSync(new URL('package.json', folder))) return folder;
    const parent = new URL('../', folder);
    if (parent.pathname === folder.pathname) throw new Error('The program lies outside its package.');
    folder = parent;
  }
}

/** The version of this program. */
export function installedVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('package.json', installationFolder()), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : 'unknown';
}

/** Where the weights and the sample clip that come with the program lie. */
export function shippedWeightsFolder(): string {
  return outsideArchive(fileURLToPath(new URL('resources/', installationFolder())));
}

/**
 * Where a file of the program really lies. A packaged desktop application is one archive, which native libraries
 * (decoder, inference) can't read from; what they need lies beside it.
 */
export function outsideArchive(path: string): string {
  return path.replace(/([\\/]app\.asar)(?=[\\/])/, '$1.unpacked');
}
