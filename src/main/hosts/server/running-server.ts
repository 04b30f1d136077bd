import { randomBytes } from 'node:crypto';
import type { LaunchRecords } from './launch-record.ts';
import { proofOf } from './launch-token.ts';
import { PROOF_PATH, VOUCHER_PATH, cookieName } from './session-guard.ts';

/** A machine that is busy deblurring may take its time. */
const ANSWER_MS = 5000;

/** The address that lets a browser in. */
export function addressOf(port: number, token: string): string {
  return `http://127.0.0.1:${port}/?token=${token}`;
}

/** This user's Acutance, started before and still running. */
export interface FoundServer {
  readonly address: string;
  /** The same for one use, as the parameter of a program. */
  voucherAddress(): Promise<string>;
}

/**
 * This user's Acutance on a port; undefined where nothing or something else listens there. The token is not sent before
 * the other side has shown that it knows it: whoever took the port after a crash of ours would learn it.
 */
export async function findRunningServer(
  records: LaunchRecords,
  port: number,
): Promise<FoundServer | undefined> {
  const token = (await records.read(port))?.token;
  if (token === undefined) return undefined;
  const nonce = randomBytes(16).toString('base64url');
  const proof = await ask(`http://127.0.0.1:${port}${PROOF_PATH}?nonce=${nonce}`).catch(() => undefined);
  if (proof !== proofOf(token, nonce)) return undefined;
  return {
    address: addressOf(port, token),
    voucherAddress: async () => {
      const cookie = `${cookieName({ port: String(port) })}=${token}`;
      const address = `http://127.0.0.1:${port}${VOUCHER_PATH}`;
      return addressOf(port, await ask(address, { method: 'POST', headers: { cookie } }));
    },
  };
}

async function ask(address: string, options: RequestInit = {}): Promise<string> {
  const response = await fetch(address, {
    ...options,
    signal: AbortSignal.timeout(ANSWER_MS),
    redirect: 'error',
  });
  if (!response.ok) throw new Error(`${address} answers ${response.status}.`);
  return response.text();
}
