import type { FileWindow } from './file-window.ts';

const PARTITION = Buffer.from('060e2b34020501010d01020101', 'hex');
const FOOTER = 4;

interface Partition {
  readonly kind: number;
  /** Offset of the last partition of the file, 0 where it is not known yet. */
  readonly footer: number;
  readonly end: number;
}

/** Where the last partition of an MXF file ends, at the earliest; the first one leads there once it is complete. */
export async function mxfEnd(file: FileWindow): Promise<number | undefined> {
  const header = await partitionAt(file, 0);
  if (!header || header === 'cut off' || header.footer === 0) return undefined;
  const footer = await partitionAt(file, header.footer);
  if (footer === 'cut off') return Math.max(file.size, header.footer) + 1;
  return footer?.kind === FOOTER ? footer.end : undefined;
}

async function partitionAt(file: FileWindow, at: number): Promise<Partition | 'cut off' | undefined> {
  const bytes = await file.bytes(at, 80);
  const known = Math.min(bytes.length, PARTITION.length);
  if (!bytes.subarray(0, known).equals(PARTITION.subarray(0, known))) return undefined;
  if (bytes.length < 80) return 'cut off';
  const short = bytes.readUInt8(16);
  const lengthBytes = short < 0x80 ? 0 : short & 0x7f;
  if (lengthBytes > 6) return undefined;
  const length = lengthBytes === 0 ? short : bytes.readUIntBE(17, lengthBytes);
  const value = 17 + lengthBytes;
  const number = (offset: number) => Number(bytes.readBigUInt64BE(value + offset));
  return {
    kind: bytes.readUInt8(13),
    footer: number(24),
    end: at + value + length + number(32) + number(40),
  };
}
