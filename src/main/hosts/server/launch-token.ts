import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const TOKEN_BYTES = 32;

/** Which launch a token belongs to. */
export type TokenAge = 'current' | 'previous';

/**
 * The secret of one launch of the server: who shows it may use this launch. The one of the launch before is known by
 * its hash, so that a page that was open all along can go on.
 */
export class LaunchToken {
  /** 256 random bits as base64url. */
  readonly value: string;
  readonly #current: Buffer;
  readonly #previous: Buffer | undefined;
  readonly #vouchers = new Set<string>();

  /** @param previousHash what `hash` was at the launch before */
  constructor(previousHash?: string) {
    this.value = randomBytes(TOKEN_BYTES).toString('base64url');
    this.#current = digest(this.value);
    this.#previous = previousHash === undefined ? undefined : Buffer.from(previousHash, 'hex');
  }

  /** SHA-256 as hexadecimal digits: enough to recognise the token, not to show it. */
  get hash(): string {
    return this.#current.toString('hex');
  }

  /** The launch that a token belongs to. Takes the same time for every wrong one. */
  ageOf(candidate: string): TokenAge | undefined {
    const hash = digest(candidate);
    if (isSame(hash, this.#current)) return 'current';
    return this.#previous !== undefined && isSame(hash, this.#previous) ? 'previous' : undefined;
  }

  /**
   * A word that stands for the token once: it is given to the browser as a parameter, which other users of the machine
   * can read in the list of processes.
   */
  issueVoucher(): string {
    const voucher = randomBytes(TOKEN_BYTES).toString('base64url');
    this.#vouchers.add(digest(voucher).toString('hex'));
    return voucher;
  }

  /** Whether a word is this launch's token, or a voucher that was not used before. */
  redeem(candidate: string): boolean {
    return this.#vouchers.delete(digest(candidate).toString('hex')) || this.ageOf(candidate) === 'current';
  }

  /** Shows that this launch knows the token without telling it; see `proofOf`. */
  prove(nonce: string): string {
    return proofOf(this.value, nonce);
  }
}

/** What only somebody who knows the token can make of a number chosen by the asker. */
export function proofOf(token: string, nonce: string): string {
  return createHmac('sha256', token).update(`acutance-proof:${nonce}`).digest('base64url');
}

/** Compares hashes, never tokens: how long it takes says nothing about the secret. */
function isSame(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
