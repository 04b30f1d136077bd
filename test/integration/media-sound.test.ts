import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildFrameIndex } from '../../src/main/media/build-frame-index.ts';
import { probe } from '../../src/main/media/probe.ts';
import { SoundSource } from '../../src/main/media/sound-source.ts';
import { readWave, waveBytes } from '../../src/main/media/wave-file.ts';
import { WITNESS_MISSING, ffmpeg, ffprobe, witnessed } from '../fixtures/witness.ts';
import { fixture, temporaryFolder } from './support/media-copy.ts';

const folder = temporaryFolder();

async function soundOf(path: string): Promise<SoundSource | undefined> {
  const { pts, durations, timeBase } = await buildFrameIndex(await probe(path));
  const last = pts.length - 1;
  return SoundSource.open(path, { start: pts[0]!, end: pts[last]! + durations[last]!, timeBase });
}

async function wholeOf(path: string): Promise<{ samples: Int16Array; channels: number }> {
  const sound = await soundOf(path);
  if (!sound) return expect.fail('There should be sound.');
  const samples = await sound.read(0, sound.info.length);
  await sound.dispose();
  return { samples, channels: sound.info.channels };
}

/** What ffmpeg decodes, from the first sample of the sound on. */
function witnessSamples(path: string, channels: number): Int16Array {
  const format = ['-f', 's16le', '-ar', '48000', '-ac', String(channels), '-'];
  const bytes = execFileSync('ffmpeg', ['-v', 'error', '-i', path, '-map', '0:a:0', ...format], {
    maxBuffer: 1 << 28,
  });
  return new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

function greatestDifference(a: Int16Array, b: Int16Array, from: number, to: number): number {
  let greatest = 0;
  for (let i = from; i < to; i++) greatest = Math.max(greatest, Math.abs(a[i]! - b[i]!));
  return greatest;
}

describe('the sound of a clip', () => {
  it('lasts as long as the picture, or longer where it goes on', async () => {
    const sound = await soundOf(fixture('stream.mp4'));
    expect(sound?.info).toEqual({ codec: 'aac', channels: 1, length: Math.round((139264 / 44100) * 48000) });
    await sound?.dispose();
  });

  it('may be missing', async () => {
    expect(await soundOf(fixture('vfr.mp4'))).toBeUndefined();
  });

  it('is the same however it is cut', async () => {
    const path = fixture('stream.mp4');
    const { samples } = await wholeOf(path);
    const sound = (await soundOf(path))!;
    for (const [from, to] of [
      [100_000, 100_001],
      [140_000, 151_580],
      [0, 7],
      [33_333, 99_999],
      [5, 5],
    ] as const) {
      expect(await sound.read(from, to)).toEqual(samples.slice(from, to));
    }
    expect(await sound.read(151_570, 200_000)).toEqual(samples.slice(151_570));
    await sound.dispose();
  });

  it('is a WAV file of which every byte can be had alone', async () => {
    const sound = (await soundOf(fixture('stream.mp4')))!;
    const total = waveBytes(sound.info);
    expect(total).toBe(44 + 2 * 151_580);
    const whole = Buffer.from(await readWave(sound, 0, total));
    expect(whole.toString('latin1', 0, 4) + whole.toString('latin1', 8, 16)).toBe('RIFFWAVEfmt ');
    for (const [from, to] of [
      [0, 10],
      [3, 45],
      [43, 44],
      [44, 46],
      [45, 47],
      [9999, 20_002],
      [total - 1, total + 9],
    ] as const) {
      expect(Buffer.compare(await readWave(sound, from, to), whole.subarray(from, to)), `${from}-${to}`).toBe(
        0,
      );
    }
    await sound.dispose();
  });
});

describe.skipIf(WITNESS_MISSING)(witnessed('the sound of other kinds of clips'), () => {
  const sweep = 'aevalsrc=0.4*sin(2*PI*(200+40*t)*t)+0.05*random(0)|0.3*sin(2*PI*(900-20*t)*t)';
  const make = (name: string, rate: number, ...options: string[]): string => {
    const path = join(folder, name);
    const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=64x48:rate=25'];
    const sound = ['-f', 'lavfi', '-i', `${sweep}:s=${rate}:d=13`];
    ffmpeg(...picture, ...sound, '-t', '13', '-c:v', 'mpeg4', ...options, path);
    return path;
  };

  it('is exactly that of the file where it is 16-bit PCM at 48 kHz', async () => {
    const path = make('pcm48.mov', 48_000, '-c:a', 'pcm_s16le');
    const { samples, channels } = await wholeOf(path);
    expect(channels).toBe(2);
    expect(Buffer.compare(Buffer.from(samples.buffer), Buffer.from(witnessSamples(path, 2).buffer))).toBe(0);
  });

  // FFmpeg's encoders of these give the decoder no noise to make up, which would differ from run to run.
  it.each([
    ['pcm.mov', ['-c:a', 'pcm_s24le'], 2],
    ['flac.mkv', ['-c:a', 'flac', '-sample_fmt', 's32'], 2],
    ['vorbis.mkv', ['-c:a', 'libvorbis'], 2],
    ['mp3.avi', ['-c:a', 'libmp3lame'], 2],
    ['tones.mp4', ['-c:a', 'aac', '-aac_pns', '0'], 2],
    ['mono.mov', ['-c:a', 'pcm_u8', '-ac', '1'], 1],
    ['surround.mov', ['-c:a', 'pcm_s24le', '-ac', '6'], 2],
  ] as const)('is as ffmpeg resamples and mixes it (%s)', async (name, options, channels) => {
    const path = make(name, 44_100, ...options);
    const whole = await wholeOf(path);
    expect(whole.channels).toBe(channels);
    const witness = witnessSamples(path, channels);
    const length = Math.min(witness.length, whole.samples.length);
    expect(length).toBeGreaterThan(12.9 * 48_000 * channels);
    // At both ends the resampler has to make up what is beyond the sound.
    const edge = 100 * channels;
    expect(greatestDifference(whole.samples, witness, edge, length - edge)).toBeLessThanOrEqual(2);
  });

  it.each([
    ['aac.mp4', ['-c:a', 'aac']],
    ['opus.mkv', ['-c:a', 'libopus']],
    ['vorbis-cut.mkv', ['-c:a', 'libvorbis']],
    ['ac3.ts', ['-c:a', 'ac3']],
  ] as const)('is the same however it is cut (%s)', async (name, options) => {
    const path = make(name, 44_100, ...options);
    const { samples } = await wholeOf(path);
    const sound = (await soundOf(path))!;
    for (let turn = 0; turn < 12; turn++) {
      const from = (turn * 7_919 * 53) % 600_000;
      const to = from + ((turn * 104_729) % 70_000);
      expect(await sound.read(from, to)).toEqual(samples.slice(2 * from, 2 * to));
    }
    await sound.dispose();
  });

  it.each([
    ['starts later', '0.5', 24_000],
    ['starts before', '-0.25', -12_000],
  ])('is aligned with the picture where it %s', async (_, offset, shift) => {
    const base = make('base.mov', 48_000, '-c:a', 'pcm_s16le');
    const path = join(folder, `shifted${offset}.mov`);
    const shifted = ['-itsoffset', offset, '-i', base];
    ffmpeg('-i', base, ...shifted, '-map', '0:v', '-map', '1:a', '-c', 'copy', '-copyts', path);
    const { samples } = await wholeOf(path);
    const witness = witnessSamples(base, 2);
    const from = 2 * Math.max(0, shift);
    expect(samples.subarray(0, from).every((sample) => sample === 0)).toBe(true);
    const expected = witness.subarray(from - 2 * shift);
    const length = Math.min(expected.length, samples.length - from);
    expect(greatestDifference(samples.subarray(from), expected, 0, length)).toBe(0);
  });

  it('is a WAV file that others understand', async () => {
    const sound = (await soundOf(fixture('stream.mp4')))!;
    const path = join(folder, 'sound.wav');
    writeFileSync(path, await readWave(sound, 0, waveBytes(sound.info)));
    await sound.dispose();
    const [stream] = ffprobe(path).streams;
    expect(stream).toMatchObject({
      codec_name: 'pcm_s16le',
      sample_rate: '48000',
      channels: 1,
      duration_ts: 151_580,
    });
  });
});
