import { quote, unreadable } from './checkpoint-errors.ts';
import { MAX_PICKLE_INTEGER_BYTES } from './limits.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const latin1 = new TextDecoder('latin1');

/** Reads a pickle's operands; every read is checked against the end. */
export class PickleCursor {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  position: number;

  constructor(bytes: Uint8Array, position: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.position = position;
  }

  #advance(length: number): number {
    const start = this.position;
    if (length > this.#bytes.byteLength - start) throw unreadable('is cut short: its pickle ends too early');
    this.position = start + length;
    return start;
  }

  uint8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#advance(4), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  float64BigEndian(): number {
    return this.#view.getFloat64(this.#advance(8), false);
  }

  /** An 8-byte length. One beyond 2^53 loses digits, but is beyond any file too. */
  length64(): number {
    return Number(this.#view.getBigUint64(this.#advance(8), true));
  }

  bytes(length: number): Uint8Array {
    if (length < 0) throw unreadable('is not a valid pickle: it has a negative length');
    const start = this.#advance(length);
    return this.#bytes.subarray(start, start + length);
  }

  utf8(length: number): string {
    const bytes = this.bytes(length);
    try {
      return utf8.decode(bytes);
    } catch (cause) {
      throw unreadable('is not a valid pickle: it has text that is not UTF-8', { cause });
    }
  }

  /** A Python 2 string: UTF-8 as PyTorch reads it, else taken byte by byte. */
  byteString(length: number): string {
    const bytes = this.bytes(length);
    try {
      return utf8.decode(bytes);
    } catch {
      return latin1.decode(bytes);
    }
  }

  /** A two's complement little-endian integer; a number where it is exact as one. */
  integer(length: number): number | bigint {
    if (length > MAX_PICKLE_INTEGER_BYTES) {
      throw unreadable(`is not a weight file: its pickle has an integer of ${length} bytes`);
    }
    const bytes = this.bytes(length);
    let value = 0n;
    for (const [index, byte] of bytes.entries()) value |= BigInt(byte) << BigInt(8 * index);
    return narrow(BigInt.asIntN(8 * length, value));
  }

  /** Text up to the next line feed, which is passed over. */
  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.position);
    if (end < 0) throw unreadable('is cut short: its pickle ends too early');
    const text = this.byteString(end - this.position);
    this.position = end + 1;
    return text;
  }

  /** A decimal integer on a line, with or without Python 2's `L`. */
  integerLine(): number | bigint {
    const text = this.line();
    const digits = /^\s*([+-]?\d{1,150})L?\s*$/.exec(text)?.[1];
    if (digits === undefined) throw unreadable(`is not a valid pickle: ${quote(text)} is not an integer`);
    return narrow(BigInt(digits.replace('+', '')));
  }
}

function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

/** Undoes the escapes of a Python 2 string literal between quotes, as protocol 0 writes it. */
export function unescapeStringLine(line: string): string {
  const quoted = /^(['"])(.*)\1$/s.exec(line.trim())?.[2];
  if (quoted === undefined) throw unreadable(`is not a valid pickle: ${quote(line)} is not a quoted text`);
  return quoted.replace(
    /\\(?:x([0-9a-fA-F]{2})|(.))/gs,
    (all, hex: string | undefined, plain: string | undefined) =>
      hex !== undefined ? String.fromCharCode(parseInt(hex, 16)) : (ESCAPES[plain ?? ''] ?? all),
  );
}

/** Undoes Python's raw-unicode-escape, as protocol 0 writes texts. */
export function unescapeUnicodeLine(line: string): string {
  return line.replace(/\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/g, (all, short?: string, long?: string) => {
    const code = parseInt(short ?? long ?? '', 16);
    return code > 0x10ffff ? all : String.fromCodePoint(code);
  });
}
