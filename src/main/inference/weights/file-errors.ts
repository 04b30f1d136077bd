import { AcutanceError } from '../../../shared/errors.ts';
import type { ErrorCode } from '../../../shared/errors.ts';

/** The system's code of a failed file operation, such as `ENOENT`. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

type Explanation = readonly [code: ErrorCode, what: string, hint: string];

const READING: Readonly<Record<string, Explanation>> = {
  ENOENT: ['weights-missing', 'does not exist', 'Check the path.'],
  ENOTDIR: ['weights-missing', 'does not exist', 'Check the path.'],
  ENAMETOOLONG: ['weights-missing', 'does not exist: the path is too long', 'Check the path.'],
  EISDIR: ['weights-unreadable', 'is a folder', 'Give the weight file itself.'],
  EACCES: ['weights-unreadable', 'may not be read', 'Check the permissions of the file and its folder.'],
  EPERM: ['weights-unreadable', 'may not be read', 'Check the permissions of the file and its folder.'],
};

const WRITING: Readonly<Record<string, Explanation>> = {
  ENOSPC: ['disk-full', 'could not be written: the disk is full', 'Free some space and try again.'],
  EDQUOT: ['disk-full', 'could not be written: the disk quota is used up', 'Free some space and try again.'],
};

const CANNOT_WRITE: Explanation = [
  'output-unwritable',
  'could not be written',
  'Check the permissions of the folder, or choose another with ACUTANCE_DATA_DIR.',
];

function explain(path: string, cause: unknown, table: typeof READING, otherwise: Explanation): AcutanceError {
  if (cause instanceof AcutanceError) return cause;
  const system = systemCode(cause);
  if (system === undefined) return AcutanceError.from(cause);
  const known = table[system];
  const [code, what, hint] = known ?? otherwise;
  return new AcutanceError(code, `${path} ${what}${known ? '' : ` (${system})`}`, { hint, cause });
}

/** What went wrong with reading a weight file, for its user. */
export function readingError(path: string, cause: unknown): AcutanceError {
  return explain(path, cause, READING, [
    'weights-unreadable',
    'could not be read',
    'Check the disk and the path.',
  ]);
}

/** What went wrong with storing weights, for their user. */
export function writingError(path: string, cause: unknown): AcutanceError {
  return explain(path, cause, WRITING, CANNOT_WRITE);
}
