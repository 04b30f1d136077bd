import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { announcedSize } from '../../../src/main/media/announced-size.ts';

const folder = mkdtempSync(join(tmpdir(), 'acutance-size-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A file's size by its container, given what it holds. */
function told(container: string, ...parts: readonly Buffer[]): Promise<number | undefined> {
  const path = join(folder, 'file');
  writeFileSync(path, Buffer.concat(parts));
  return announcedSize(path, container);
}

const hex = (digits: string): Buffer => Buffer.from(digits.replaceAll(' ', ''), 'hex');
const zeros = (count: number): Buffer => Buffer.alloc(count);

describe('the size that a Matroska file announces', () => {
  const HEADER = hex('1a45dfa3 82 0000');
  const OPEN = hex('18538067 01ffffffffffffff');
  const matroska = (...parts: readonly Buffer[]) => told('matroska,webm', HEADER, ...parts);

  it('is that of its segment, whether the file has it or not', async () => {
    expect(await matroska(hex('18538067 4100'), zeros(10))).toBe(7 + 6 + 256);
    expect(await matroska(hex('18538067 81'), zeros(10))).toBe(7 + 5 + 1);
  });

  it('goes to the end of the last cluster where the segment is left open', async () => {
    const whole = hex('1f43b675 84 00000000');
    expect(await matroska(OPEN, whole, whole)).toBe(7 + 12 + 18);
    expect(await matroska(OPEN, whole, whole.subarray(0, 7))).toBe(7 + 12 + 18);
    expect(await matroska(OPEN, whole, whole.subarray(0, 4))).toBeGreaterThan(7 + 12 + 13);
  });

  it('goes to the end of the last block where the clusters are left open, too', async () => {
    const cluster = hex('1f43b675 ff e7 81 00');
    const block = hex('a3 85 8100000000');
    expect(await matroska(OPEN, cluster, block, cluster, block)).toBe(7 + 12 + 2 * 15);
    expect(await matroska(OPEN, cluster, block, cluster, block.subarray(0, 3))).toBe(7 + 12 + 2 * 15);
  });

  it('is not known where something else follows', async () => {
    const cluster = hex('1f43b675 84 00000000');
    expect(await matroska(OPEN, cluster, zeros(20))).toBeUndefined();
    expect(await matroska(OPEN, cluster, hex('8f ff 00'))).toBeUndefined();
  });

  it('is found beyond what is read at once', async () => {
    const long = Buffer.concat([hex('1f43b675 08 030d40'), zeros(200_000)]);
    long.set(hex('10 030d40'), 4);
    expect(await matroska(OPEN, long, long.subarray(0, 100))).toBe(7 + 12 + 2 * 200_008);
  });
});

describe('the size that an MP4 file announces', () => {
  const box = (type: string, size: number, content = size - 8): Buffer => {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(size, 0);
    head.write(type, 4, 'latin1');
    return Buffer.concat([head, zeros(content)]);
  };
  const mp4 = (...parts: readonly Buffer[]) => told('mov,mp4,m4a,3gp,3g2,mj2', box('ftyp', 16), ...parts);

  it.each(['mdat', 'moov', 'moof'])('goes to the end of the last %s', async (type) => {
    expect(await mp4(box(type, 40))).toBe(56);
    expect(await mp4(box(type, 40, 5))).toBe(56);
  });

  it('counts sizes of eight bytes', async () => {
    expect(await mp4(hex('00000001 6d646174 0000000200000000'), zeros(20))).toBe(16 + 2 ** 33);
  });

  it('is not known where the last box goes to the end, whichever it is', async () => {
    expect(await mp4(hex('00000000 6d646174'), zeros(20))).toBeUndefined();
  });

  it.each([
    ['room that nothing is in', box('free', 400, 5)],
    ['something of another kind', box('SEFT', 400, 5)],
    ['zeros', zeros(30)],
  ])('does not count %s behind the clip', async (_, rest) => {
    expect(await mp4(box('mdat', 40), rest)).toBeUndefined();
  });
});

describe('the size that an AVI file announces', () => {
  const riff = (type: string, size: number, content: number): Buffer => {
    const head = Buffer.alloc(12);
    head.write('RIFF', 0, 'latin1');
    head.writeUInt32LE(size, 4);
    head.write(type, 8, 'latin1');
    return Buffer.concat([head, zeros(content - 4)]);
  };

  it('is that of all its parts', async () => {
    expect(await told('avi', riff('AVI ', 100, 100))).toBe(108);
    expect(await told('avi', riff('AVI ', 100, 60))).toBe(108);
    expect(await told('avi', riff('AVI ', 100, 100), riff('AVIX', 60, 40))).toBe(176);
  });

  it('ends where other things begin', async () => {
    expect(await told('avi', riff('AVI ', 100, 100), zeros(30))).toBe(108);
  });

  it('may be wrong by the head that some programs count', async () => {
    expect(await told('avi', riff('AVI ', 108, 100))).toBeLessThanOrEqual(108);
  });

  it.each([0, 0xffffffff])('is not known where recording was not ended (%i)', async (size) => {
    expect(await told('avi', riff('AVI ', size, 100))).toBeUndefined();
  });
});

describe('the size that an MXF file announces', () => {
  const partition = (kind: number, footer: number, index: number): Buffer => {
    const bytes = Buffer.alloc(20 + 88);
    hex('060e2b34020501010d01020101').copy(bytes);
    bytes.set([kind, 4, 0, 0x83, 0, 0, 88], 13);
    bytes.writeBigUInt64BE(BigInt(footer), 20 + 24);
    bytes.writeBigUInt64BE(BigInt(index), 20 + 40);
    return bytes;
  };

  it('goes to the end of the footer that the header leads to', async () => {
    const header = Buffer.concat([partition(2, 200, 0), zeros(92)]);
    expect(await told('mxf', header, partition(4, 200, 50), zeros(50))).toBe(358);
    expect(await told('mxf', header, partition(4, 200, 50), zeros(10))).toBe(358);
    expect(await told('mxf', header, partition(4, 200, 50).subarray(0, 30))).toBeGreaterThan(230);
    expect(await told('mxf', partition(2, 200, 0))).toBeGreaterThan(200);
  });

  it('is not known before the header is complete', async () => {
    expect(await told('mxf', partition(2, 0, 0), zeros(92))).toBeUndefined();
  });
});

it('is not known of transport streams, nor of what is not what it is taken for', async () => {
  expect(await told('mpegts', hex('47 000000'), zeros(300))).toBeUndefined();
  for (const container of ['avi', 'asf', 'mxf', 'matroska,webm', 'mov,mp4,m4a,3gp,3g2,mj2'])
    expect(await told(container, Buffer.from('To be or not to be.'))).toBeUndefined();
});

describe('the size that a JPEG picture announces', () => {
  const jpeg = (...parts: readonly Buffer[]) => told('jpeg_pipe', hex('ffd8'), ...parts);
  const TABLE = hex('ffdb 0004 0102');
  const SCAN = hex('ffda 0003 00 1234 ff00 56 ffd0 78');
  const END = hex('ffd9');

  it('goes to its end marker, whatever follows', async () => {
    expect(await jpeg(TABLE, SCAN, END)).toBe(23);
    expect(await jpeg(TABLE, hex('ff'), SCAN, TABLE, SCAN, END, zeros(9))).toBe(43);
  });

  it('is more than there is where a scan has no end', async () => {
    expect(await jpeg(TABLE, SCAN)).toBe(22);
    expect(await jpeg(TABLE, SCAN, hex('ff'))).toBe(23);
    expect(await jpeg(TABLE)).toBe(9);
  });

  it('goes to the end of a segment that the file ends within', async () => {
    expect(await jpeg(hex('ffdb 0100 01'))).toBe(2 + 2 + 256);
  });

  it('finds a marker wherever it lies between two readings', async () => {
    for (const length of [1022, 1023, 1024, 65_535, 70_000]) {
      expect(await jpeg(hex('ffda 0002'), zeros(length), END, zeros(3))).toBe(2 + 4 + length + 2);
    }
  });

  it('is not known of anything else', async () => {
    expect(await jpeg(hex('00 ffd9'))).toBeUndefined();
    expect(await told('image2', hex('ffda 0003 00'))).toBeUndefined();
    expect(await told('image2', hex('89504e47'))).toBeUndefined();
  });
});
