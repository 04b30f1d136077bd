import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { ByteSource } from '../../../networks/checkpoints/byte-source.ts';
import type { Checkpoint } from '../../../networks/checkpoints/checkpoint.ts';
import { readCheckpoint } from '../../../networks/checkpoints/read-checkpoint.ts';
import { AcutanceError } from '../../../shared/errors.ts';
import { readingError } from './file-errors.ts';

/** A weight file that has been read, and what identifies it. */
export interface CheckpointFile {
  readonly checkpoint: Checkpoint;
  /** Of the file, in hexadecimal. */
  readonly sha256: string;
  readonly bytes: number;
}

const HASH_CHUNK_BYTES = 4 * 2 ** 20;

async function readFully(file: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, offset + filled);
    if (bytesRead === 0) {
      throw new AcutanceError('weights-unreadable', 'became shorter while it was read', {
        hint: 'Wait until it has been downloaded or copied, and try again.',
      });
    }
    filled += bytesRead;
  }
  return bytes;
}

async function hash(source: ByteSource): Promise<string> {
  const sha256 = createHash('sha256');
  for (let offset = 0; offset < source.size; offset += HASH_CHUNK_BYTES) {
    sha256.update(await source.read(offset, Math.min(HASH_CHUNK_BYTES, source.size - offset)));
  }
  return sha256.digest('hex');
}

/**
 * Reads a weight file of any supported kind; only what is needed of it, and nothing in it is executed.
 *
 * @param expectedSha256 checked before anything else is read, where given.
 * @param label what messages call the file.
 * @throws AcutanceError `weights-missing`, `weights-unreadable` or `weights-refused`.
 */
export async function readCheckpointFile(
  path: string,
  expectedSha256?: string,
  label = path,
): Promise<CheckpointFile> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    const opened = file;
    const status = await opened.stat();
    if (status.isDirectory()) throw Object.assign(new Error('is a folder'), { code: 'EISDIR' });
    if (!status.isFile()) {
      throw new AcutanceError('weights-unreadable', `${label} is not a file`, {
        hint: 'Give a weight file.',
      });
    }
    const source: ByteSource = {
      size: status.size,
      read: (offset, length) => readFully(opened, offset, length),
    };
    let sha256: string | undefined;
    if (expectedSha256 !== undefined) {
      sha256 = await hash(source);
      if (sha256 !== expectedSha256) {
        throw new AcutanceError(
          'weights-unreadable',
          `${label} is damaged: its SHA-256 is ${sha256}, it should be ${expectedSha256}`,
          { hint: 'Install or import these weights again.' },
        );
      }
    }
    const checkpoint = await readCheckpoint(source, label);
    return { checkpoint, sha256: sha256 ?? (await hash(source)), bytes: status.size };
  } catch (error) {
    throw readingError(label, error);
  } finally {
    await file?.close();
  }
}
