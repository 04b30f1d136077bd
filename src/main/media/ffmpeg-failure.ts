import { AVERROR_ENOMEM, AVERROR_ENOSPC } from 'node-av/constants';
import { FFmpegError } from 'node-av/lib';
import { AcutanceError, type ErrorCode } from '../../shared/errors.ts';

/** What FFmpeg says about a negative status, without a trailing stop. */
export function describeStatus(status: number): string {
  return FFmpegError.strerror(status).replace(/\.$/, '');
}

/**
 * Passes a non-negative status on and turns a negative one into an `AcutanceError`. A full disk and a lack of
 * memory keep their own codes whatever was being done.
 */
export function check(status: number, code: ErrorCode, doing: string, hint?: string): number {
  if (status >= 0) return status;
  if (status === AVERROR_ENOSPC) throw diskFull(doing);
  if (status === AVERROR_ENOMEM) {
    throw new AcutanceError('out-of-memory', `${doing}: out of memory.`);
  }
  throw new AcutanceError(code, `${doing}: ${describeStatus(status)}.`, hint === undefined ? {} : { hint });
}

/** Whether a status says that no room is left on the disk. */
export function isDiskFull(status: number): boolean {
  return status === AVERROR_ENOSPC;
}

export function diskFull(doing: string): AcutanceError {
  return new AcutanceError('disk-full', `${doing}: the disk is full.`, {
    hint: 'Free some space or choose a folder on another disk.',
  });
}

/** Throws `cancelled` once the signal is aborted. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new AcutanceError('cancelled', 'The work was cancelled.');
}
