import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readingError, systemCode } from './file-errors.ts';
import { JsonFields, parseJson } from './weight-record.ts';
import type { WeightRecord } from './weight-record.ts';

const VERSION = 1;

/**
 * The weights that come with the program, as `weights.json` in their folder describes them:
 *
 *     { "version": 1,
 *       "weights": [{ "id", "network", "size", "file", "sha256", "licence", "attribution", "origin",
 *                     "alignCorners", "figures" }] }
 *
 * `file` is a safetensors file in the same folder; `figures` is any JSON. Weights of a variant also have its "options".
 * No such file means no shipped weights.
 */
export async function listShippedWeights(folder: string): Promise<WeightRecord[]> {
  const path = join(folder, 'weights.json');
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw readingError(path, error);
  }
  const fields = parseJson(text, path);
  fields.version(VERSION);
  return await Promise.all(
    fields.list('weights').map((entry) => readEntry(new JsonFields(entry, path), folder)),
  );
}

async function readEntry(entry: JsonFields, folder: string): Promise<WeightRecord> {
  const path = join(folder, entry.fileName('file'));
  const { size: bytes } = await stat(path).catch((error: unknown) => {
    throw readingError(path, error);
  });
  const id = entry.text('id');
  const figures = entry.raw('figures');
  return {
    id,
    source: 'shipped',
    network: entry.text('network'),
    size: entry.text('size'),
    ...entry.variant(),
    path,
    bytes,
    sha256: entry.sha256('sha256'),
    name: id,
    origin: entry.text('origin'),
    licence: entry.text('licence'),
    attribution: entry.text('attribution'),
    alignCorners: entry.boolean('alignCorners'),
    ...(figures === undefined ? {} : { figures }),
  };
}
