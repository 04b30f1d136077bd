import { FileWindow } from './file-window.ts';

/** Sizes of a packet, and how many bytes of it come before the one that it is known by. */
const KINDS = [
  { size: 188, lead: 0 },
  { size: 192, lead: 4 },
  { size: 204, lead: 0 },
] as const;
const SYNC = 0x47;
/** So many packets in a row show how long they are. */
const AGREEMENT = 5;

/** Whether the last packet of an MPEG transport stream is not whole; false where its packets are not found. */
export async function endsWithinTransportPacket(path: string): Promise<boolean> {
  const file = await FileWindow.open(path);
  try {
    const start = await file.bytes(0, 204 * (AGREEMENT + 1));
    for (let at = 0; at < 204; at++) {
      for (const { size, lead } of KINDS) {
        const packets = Array.from({ length: AGREEMENT }, (_, index) => start[at + lead + index * size]);
        if (packets.every((byte) => byte === SYNC)) return (file.size - at) % size !== 0;
      }
    }
    return false;
  } finally {
    await file.close();
  }
}
