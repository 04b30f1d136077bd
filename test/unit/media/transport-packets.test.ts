import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { endsWithinTransportPacket } from '../../../src/main/media/transport-packets.ts';

const folder = mkdtempSync(join(tmpdir(), 'acutance-transport-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function endsWithin(bytes: Buffer): Promise<boolean> {
  const path = join(folder, 'file.ts');
  writeFileSync(path, bytes);
  return endsWithinTransportPacket(path);
}

describe('a transport stream', () => {
  it.each([
    ['188', 188, 0],
    ['192, a time in front of each', 192, 4],
    ['204, with parity', 204, 0],
  ])('shows that its last packet is not whole: packets of %s bytes', async (_, size, lead) => {
    const packets = Buffer.alloc(size * 9);
    for (let at = lead; at < packets.length; at += size) packets[at] = 0x47;
    expect(await endsWithin(packets)).toBe(false);
    expect(await endsWithin(packets.subarray(0, -1))).toBe(true);
    // A recording may begin within a packet.
    expect(await endsWithin(packets.subarray(100))).toBe(false);
    expect(await endsWithin(packets.subarray(100, -50))).toBe(true);
  });

  it('says nothing where no packets are found', async () => {
    expect(await endsWithin(Buffer.alloc(3000))).toBe(false);
    expect(await endsWithin(Buffer.from('G'.repeat(10)))).toBe(false);
  });
});
