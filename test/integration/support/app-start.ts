import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createApp } from '../../../src/main/app.ts';

/** A program that starts the application, asks it once, and prints what that took. */

const folder = process.argv[2] ?? '';
const started = performance.now();
const app = await createApp({
  host: 'server',
  roots: [folder],
  dataFolder: join(folder, 'data'),
  cacheFolder: join(folder, 'cache'),
  pageFolder: join(folder, 'page'),
});
const { status } = await app.fetch(new Request('http://127.0.0.1/api/session'));
const milliseconds = performance.now() - started;
const maps = process.platform === 'linux' ? readFileSync('/proc/self/maps', 'utf8') : '';
const libraries = [...new Set(maps.split('\n').map((line) => line.split(' ').at(-1) ?? ''))];
process.stdout.write(JSON.stringify({ milliseconds, status, libraries }));
await app.dispose();
