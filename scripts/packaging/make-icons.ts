/**
 * Draws the application's icons from `resources/icons/*.svg`: PNG files for Linux, an `.ico`, an `.icns`, and the
 * page's favicon. To be run after a change of the drawings; what it makes is kept in the repository.
 */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ICNS_SIZES, ICO_SIZES, icnsFile, icoFile } from './icon-containers.ts';
import { rasterise } from './rasterise.ts';

const root = join(import.meta.dirname, '../..');
const icons = join(root, 'resources/icons');
const drawing = (name: string): string => readFileSync(join(icons, `${name}.svg`), 'utf8');

const drawn = new Map([
  ...(await rasterise(drawing('icon-16'), [16])),
  ...(await rasterise(drawing('icon-small'), [24, 32, 48, 64])),
  ...(await rasterise(drawing('icon'), [128, 256, 512, 1024])),
]);
for (const [size, png] of drawn) writeFileSync(join(icons, `${size}x${size}.png`), png);

const chosen = (sizes: readonly number[]): Map<number, Buffer> =>
  new Map([...drawn].filter(([size]) => sizes.includes(size)));
writeFileSync(join(icons, 'icon.ico'), icoFile(chosen(ICO_SIZES)));
writeFileSync(join(icons, 'icon.icns'), icnsFile(chosen(ICNS_SIZES)));
copyFileSync(join(icons, 'icon-16.svg'), join(root, 'src/renderer/favicon.svg'));
