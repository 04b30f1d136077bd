import { randomBytes } from 'node:crypto';
import type { LaunchRecords } from './launch-record.ts';
import { proofOf } from './launch-token.ts';
import { PROOF_PATH } from './session-guard.ts';

const ANSWER_MS = 1000;

/** The address that lets a browser in. */
export function addressOf(port: number, token: string): string {
  return `http://127.0.0.1:${port}/?token=${token}`;
}

/**
 * The address of this user's Acutance on a port; undefined where something else listens there. The token is not sent:
 * whoever took the port after a crash of ours would learn it. The other side shows that it knows it.
 */
export async function findRunningServer(records: LaunchRecords, port: number): Promise<string | undefined> {
  const record = await records.read(port);
  if (record?.token === undefined) return undefined;
  const nonce = randomBytes(16).toString('base64url');
  try {
    const response = await fetch(`http://127.0.0.1:${port}${PROOF_PATH}?nonce=${nonce}`, {
      signal: AbortSignal.timeout(ANSWER_MS),
      redirect: 'error',
    });
    const proof = await response.text();
    return proof === proofOf(record.token, nonce) ? addressOf(port, record.token) : undefined;
  } catch {
    // It speaks something else, or nothing.
    return undefined;
  }
}
