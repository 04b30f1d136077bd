import { createHash } from 'node:crypto';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { AcutanceError } from '../../shared/errors.ts';

/** A file as it stands: what changes when someone writes to it. */
export interface FileState {
  readonly bytes: number;
  readonly modifiedNs: bigint;
}

export interface Fingerprint extends FileState {
  /** 32 hexadecimal digits; the same for the same content of the same time, wherever it lies. */
  readonly id: string;
}

const BLOCK_BYTES = 64 * 1024;
/** Where blocks between the first and the last are taken, as parts of the length. */
const MIDDLE = [0.2, 0.4, 0.6, 0.8] as const;

/**
 * Tells a file by its length, its time of change and samples of its content. Reading all of it would take minutes; a
 * file that was changed has another length or time, and one that was replaced by another has other samples.
 *
 * @throws as `open` of node:fs; AcutanceError `input-unreadable` for a file that is being written to.
 */
export async function fingerprintOf(path: string): Promise<Fingerprint> {
  const file = await open(path, 'r');
  try {
    const { bytes, modifiedNs } = await stateOfFile(file);
    const hash = createHash('sha256').update(`acutance clip 1\n${bytes}\n${modifiedNs}\n`);
    for (const position of samplePositions(bytes)) {
      const block = Buffer.alloc(Math.min(BLOCK_BYTES, bytes - position));
      const { bytesRead } = await file.read(block, 0, block.byteLength, position);
      hash.update(block.subarray(0, bytesRead));
    }
    if (!isSame(await stateOfFile(file), { bytes, modifiedNs })) throw beingWritten(path);
    return { id: hash.digest('hex').slice(0, 32), bytes, modifiedNs };
  } finally {
    await file.close();
  }
}

export async function stateOf(path: string): Promise<FileState> {
  const { size, mtimeNs } = await stat(path, { bigint: true });
  return { bytes: Number(size), modifiedNs: mtimeNs };
}

export async function stateOfFile(file: FileHandle): Promise<FileState> {
  const { size, mtimeNs } = await file.stat({ bigint: true });
  return { bytes: Number(size), modifiedNs: mtimeNs };
}

export function isSame(a: FileState, b: FileState): boolean {
  return a.bytes === b.bytes && a.modifiedNs === b.modifiedNs;
}

function samplePositions(bytes: number): number[] {
  const last = Math.max(0, bytes - BLOCK_BYTES);
  const middle = MIDDLE.map((part) => Math.floor(last * part));
  return [...new Set([0, ...middle, last])].filter((position) => position < bytes);
}

function beingWritten(path: string): AcutanceError {
  return new AcutanceError('input-unreadable', `"${path}" is being written to.`, {
    hint: 'Open it when the recording or copy is complete.',
  });
}
