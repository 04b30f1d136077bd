import { readFile, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AcutanceError } from '../../../shared/errors.ts';
import type { ProblemDescription } from '../../../shared/errors.ts';
import { writeAtomically } from './atomic-file.ts';
import { readingError, systemCode, writingError } from './file-errors.ts';
import { parseJson } from './weight-record.ts';
import type { WeightRecord } from './weight-record.ts';

const VERSION = 1;

/** Imported weights of a folder, newest first, and what is wrong with those that can't be used. */
export interface ImportedWeights {
  readonly weights: readonly WeightRecord[];
  readonly problems: readonly ProblemDescription[];
}

/**
 * Stores a safetensors file under its SHA-256, then the note that describes it. The note comes last: without it the
 * file is not listed, so an interrupted import leaves nothing that could be used by mistake.
 */
export async function storeImported(folder: string, file: Uint8Array, record: WeightRecord): Promise<void> {
  await writeAtomically(record.path, file);
  const { network, size, options, sha256, bytes, name, origin, licence, imported, alignCorners } = record;
  const note = {
    version: VERSION,
    network,
    size,
    options,
    sha256,
    bytes,
    name,
    origin,
    licence,
    imported,
    alignCorners,
  };
  await writeAtomically(join(folder, `${sha256}.json`), `${JSON.stringify(note, null, 2)}\n`);
}

/**
 * Deletes imported weights; the note goes first, so that they are never listed without their values.
 *
 * @throws AcutanceError `output-unwritable`
 */
export async function removeImported(folder: string, sha256: string): Promise<void> {
  for (const path of [join(folder, `${sha256}.json`), importedPath(folder, sha256)]) {
    await rm(path, { force: true }).catch((error: unknown) => {
      throw writingError(path, error);
    });
  }
}

/** Path of the values of imported weights. */
export function importedPath(folder: string, sha256: string): string {
  return join(folder, `${sha256}.safetensors`);
}

async function readNote(folder: string, fileName: string): Promise<WeightRecord> {
  const notePath = join(folder, fileName);
  const note = parseJson(await readFile(notePath, 'utf8'), notePath);
  note.version(VERSION);
  const sha256 = note.sha256('sha256');
  const path = importedPath(folder, sha256);
  await stat(path).catch((error: unknown) => {
    throw readingError(path, error);
  });
  const licence = note.optionalText('licence');
  return {
    id: sha256,
    source: 'imported',
    network: note.text('network'),
    size: note.text('size'),
    ...note.variant(),
    path,
    bytes: note.count('bytes'),
    sha256,
    name: note.text('name'),
    origin: note.text('origin'),
    ...(licence === undefined ? {} : { licence }),
    imported: note.text('imported'),
    alignCorners: note.boolean('alignCorners'),
  };
}

/** Lists a folder of imported weights; one that doesn't exist yet has none, one that can't be read is a problem. */
export async function listImportedWeights(folder: string): Promise<ImportedWeights> {
  let fileNames: string[];
  try {
    fileNames = await readdir(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return { weights: [], problems: [] };
    return { weights: [], problems: [AcutanceError.from(readingError(folder, error)).toProblem()] };
  }
  const notes = fileNames.filter((name) => /^[0-9a-f]{64}\.json$/.test(name));
  const weights: WeightRecord[] = [];
  const problems: ProblemDescription[] = [];
  for (const name of notes.sort()) {
    try {
      weights.push(await readNote(folder, name));
    } catch (error) {
      // Somebody may have removed them since they were listed, the note first.
      if (await isGone(join(folder, name))) continue;
      problems.push(AcutanceError.from(readingError(join(folder, name), error)).toProblem());
    }
  }
  weights.sort((a, b) => (b.imported ?? '').localeCompare(a.imported ?? ''));
  return { weights, problems };
}

async function isGone(path: string): Promise<boolean> {
  return stat(path).then(
    () => false,
    (error: unknown) => systemCode(error) === 'ENOENT',
  );
}
