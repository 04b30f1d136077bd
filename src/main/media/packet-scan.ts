import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  AV_NOPTS_VALUE,
  AV_PKT_FLAG_CORRUPT,
  AV_PKT_FLAG_DISCARD,
  AV_PKT_FLAG_KEY,
  AVDISCARD_ALL,
  AVERROR_EAGAIN,
  AVERROR_EOF,
} from 'node-av/constants';
import { Packet } from 'node-av/lib';
import { throwIfCancelled } from './ffmpeg-failure.ts';
import { MediaSource } from './media-source.ts';

/** What the packets of the picture say, in the order of decoding, one entry each. NaN stands for "not told". */
export interface PacketTable {
  readonly count: number;
  readonly pts: Float64Array;
  readonly dts: Float64Array;
  readonly durations: Float64Array;
  /** Byte offset in the file; -1 where unknown. */
  readonly positions: Float64Array;
  /** 1 for keyframes. */
  readonly keys: Uint8Array;
  /** Whether every packet has a timestamp of its own and none is known to be damaged. */
  readonly clean: boolean;
}

export interface ScanOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called now and then with the share of the file that was read, 0..1. */
  readonly onProgress?: ((share: number) => void) | undefined;
}

/** Packets read before others get a turn: a few milliseconds of work. */
const BATCH = 200;

/** Reads all packets of the picture without decoding them. Packets that an edit list hides are left out. */
export async function scanPackets(
  path: string,
  bytes: number,
  options: ScanOptions = {},
): Promise<PacketTable> {
  const source = await MediaSource.open(path);
  const packet = new Packet();
  packet.alloc();
  const table = new PacketColumns();
  try {
    const { format, video } = source;
    for (const stream of format.streams) if (stream.index !== video.index) stream.discard = AVDISCARD_ALL;
    for (let turn = 1; ; turn++) {
      // Reading a packet takes microseconds; doing it in other threads would take ten times as long.
      const status = format.readFrameSync(packet);
      if (status === AVERROR_EAGAIN) continue;
      if (status < 0) {
        if (status !== AVERROR_EOF) table.clean = false;
        return table.finish();
      }
      if (packet.streamIndex === video.index) table.add(packet);
      const position = Number(packet.pos);
      packet.unref();
      if (turn % BATCH === 0) {
        if (position > 0) options.onProgress?.(Math.min(1, position / bytes));
        await nextTurn();
        throwIfCancelled(options.signal);
      }
    }
  } finally {
    packet.free();
    await source.close();
  }
}

class PacketColumns {
  clean = true;
  readonly #pts: number[] = [];
  readonly #dts: number[] = [];
  readonly #durations: number[] = [];
  readonly #positions: number[] = [];
  readonly #keys: number[] = [];

  add(packet: Packet): void {
    const { flags } = packet;
    if (flags & AV_PKT_FLAG_CORRUPT) this.clean = false;
    if (flags & AV_PKT_FLAG_DISCARD) return;
    const pts = ticks(packet.pts);
    if (Number.isNaN(pts)) this.clean = false;
    this.#pts.push(pts);
    this.#dts.push(ticks(packet.dts));
    this.#durations.push(Number(packet.duration));
    this.#positions.push(Number(packet.pos));
    this.#keys.push(flags & AV_PKT_FLAG_KEY ? 1 : 0);
  }

  finish(): PacketTable {
    return {
      count: this.#pts.length,
      pts: Float64Array.from(this.#pts),
      dts: Float64Array.from(this.#dts),
      durations: Float64Array.from(this.#durations),
      positions: Float64Array.from(this.#positions),
      keys: Uint8Array.from(this.#keys),
      clean: this.clean && this.#pts.length > 0,
    };
  }
}

/** A timestamp as a number, which is exact up to 2^53 ticks. */
export function ticks(value: bigint): number {
  return value === AV_NOPTS_VALUE ? NaN : Number(value);
}
