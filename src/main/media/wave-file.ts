import { SOUND_RATE, type SoundSource } from './sound-source.ts';

export const WAVE_HEADER_BYTES = 44;
/** Sizes in the header are 32 bits. */
const MOST_DATA = 0xffff_ffff - WAVE_HEADER_BYTES;

/** How many bytes a clip's sound takes as a WAV file; sound that is too long for one is cut off. */
export function waveBytes({ channels, length }: SoundSource['info']): number {
  const block = 2 * channels;
  return WAVE_HEADER_BYTES + Math.min(length * block, Math.floor(MOST_DATA / block) * block);
}

/** The bytes `from <= i < to` of the sound as a WAV file of 16-bit samples, of which only this part is decoded. */
export async function readWave(
  sound: SoundSource,
  from: number,
  to: number,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const total = waveBytes(sound.info);
  const end = Math.min(to, total);
  const start = Math.max(0, Math.min(from, end));
  const result = new Uint8Array(end - start);
  if (start < WAVE_HEADER_BYTES) {
    result.set(header(sound.info.channels, total).subarray(start, Math.min(end, WAVE_HEADER_BYTES)));
  }
  const firstByte = Math.max(0, start - WAVE_HEADER_BYTES);
  const lastByte = end - WAVE_HEADER_BYTES;
  if (lastByte > firstByte) {
    const block = 2 * sound.info.channels;
    const firstBlock = Math.floor(firstByte / block);
    const samples = await sound.read(firstBlock, Math.ceil(lastByte / block), signal);
    const bytes = new Uint8Array(samples.buffer);
    const cut = bytes.subarray(firstByte - firstBlock * block, lastByte - firstBlock * block);
    result.set(cut, firstByte + WAVE_HEADER_BYTES - start);
  }
  return result;
}

function header(channels: number, total: number): Uint8Array {
  const bytes = Buffer.alloc(WAVE_HEADER_BYTES);
  bytes.write('RIFF', 0, 'latin1');
  bytes.writeUInt32LE(total - 8, 4);
  bytes.write('WAVEfmt ', 8, 'latin1');
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(channels, 22);
  bytes.writeUInt32LE(SOUND_RATE, 24);
  bytes.writeUInt32LE(SOUND_RATE * 2 * channels, 28);
  bytes.writeUInt16LE(2 * channels, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write('data', 36, 'latin1');
  bytes.writeUInt32LE(total - WAVE_HEADER_BYTES, 40);
  return bytes;
}
