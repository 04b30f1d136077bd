import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AcutanceError } from '../../src/shared/errors.ts';
import { EngineClient } from '../../src/main/render/engine-client.ts';
import { FrameService } from '../../src/main/render/frame-service.ts';
import { VideoReader } from '../../src/main/media/video-reader.ts';
import { WITNESS_MISSING, ffmpeg, witnessed } from '../fixtures/witness.ts';
import { parseEvents, runCommand } from './support/command-line.ts';
import { temporaryFolder } from './support/media-copy.ts';

const folder = temporaryFolder();
const PICTURE = ['-f', 'lavfi', '-i', 'testsrc2=size=64x48:rate=25'] as const;
const SOUND = ['-f', 'lavfi', '-i'] as const;
const X264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '2', '-g', '12'] as const;
const VP9 = ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8'] as const;
const MJPEG = ['-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p'] as const;
/** Every frame at first, then one in four. */
const VARYING = "select='lt(n,6)+not(mod(n,4))'";

function make(name: string, ...options: readonly string[]): string {
  const path = join(folder, name);
  ffmpeg(...PICTURE, ...options, path);
  return path;
}

/** The first part of a file, as a copy that was interrupted leaves it. */
function cut(path: string, share: number): string {
  const bytes = readFileSync(path);
  const name = `${path.slice(0, -extname(path).length)}-${share}${extname(path)}`;
  writeFileSync(name, bytes.subarray(0, Math.floor(bytes.length * share)));
  return name;
}

/** How many frames come out, and what is said to be wrong with the clip: as damage, or instead of any frame. */
async function read(
  path: string,
): Promise<{ readonly frames: number; readonly trouble: string | undefined }> {
  try {
    const reader = await VideoReader.open(path);
    let frames = 0;
    for await (const frame of reader.frames()) {
      frames++;
      frame.dispose();
    }
    return { frames, trouble: reader.damage };
  } catch (thrown) {
    if (!(thrown instanceof AcutanceError) || thrown.code !== 'input-corrupt') throw thrown;
    return { frames: 0, trouble: thrown.message };
  }
}

async function expectCutsToShow(clip: string): Promise<void> {
  for (const share of [0.3, 0.6, 0.9]) {
    const { trouble } = await read(cut(clip, share));
    expect(trouble, `with ${share} of its bytes`).toMatch(/cut off|can't be read to its end|no frame/);
  }
}

describe.skipIf(WITNESS_MISSING)(witnessed('a clip of a few frames'), () => {
  const kinds: readonly (readonly [string, string, readonly string[]])[] = [
    ['FFV1 in Matroska', 'mkv', ['-c:v', 'ffv1']],
    ['H.264 with B frames in Matroska', 'mkv', X264],
    ['H.264 with B frames in MP4', 'mp4', X264],
    ['H.264 in MP4 with the index in front', 'mp4', [...X264, '-movflags', '+faststart']],
    ['H.264 in fragments of MP4', 'mp4', [...X264, '-movflags', 'frag_keyframe+empty_moov']],
    ['ProRes in QuickTime', 'mov', ['-c:v', 'prores_ks', '-movflags', '+faststart']],
    ['VP9 in WebM', 'webm', VP9],
    ['VP9 in a WebM that was streamed', 'webm', [...VP9, '-f', 'webm', '-live', '1']],
    ['MJPEG in AVI', 'avi', MJPEG],
    ['WMV in ASF', 'asf', ['-c:v', 'wmv2']],
    ['MPEG-2 in MXF', 'mxf', ['-c:v', 'mpeg2video']],
  ];

  it.each(kinds)('is whole or shows that it is not: %s', async (name, extension, codec) => {
    for (const frames of [1, 2, 6, 30]) {
      const clip = make(
        `${name.replaceAll(' ', '-')}-${frames}.${extension}`,
        ...['-frames:v', `${frames}`],
        ...codec,
      );
      expect(await read(clip)).toEqual({ frames, trouble: undefined });
      await expectCutsToShow(clip);
    }
  });

  it.each<[string, string, readonly string[], number]>([
    ['sound that goes on after the picture', 'mkv', [...SOUND, 'sine=d=2', '-c:v', 'ffv1'], 6],
    ['sound that goes on after the picture', 'mp4', [...SOUND, 'sine=d=2', ...X264], 6],
    ['sound that goes on after the picture', 'webm', [...SOUND, 'sine=d=2', ...VP9], 6],
    ['sound that goes on after the picture', 'avi', [...SOUND, 'sine=d=2', ...MJPEG], 6],
    ['sound that ends before the picture', 'mkv', [...SOUND, 'sine=d=0.1', '-c:v', 'ffv1'], 30],
    ['sound that ends before the picture', 'mov', [...SOUND, 'sine=d=0.1', ...X264], 30],
    ['a rate that varies', 'mkv', ['-vf', VARYING, '-fps_mode', 'vfr', ...X264], 12],
    ['a rate that varies', 'mp4', ['-vf', VARYING, '-fps_mode', 'vfr', ...X264], 12],
  ])('with %s is whole or shows that it is not (.%s)', async (name, extension, options, frames) => {
    const clip = make(`${name.replaceAll(' ', '-')}.${extension}`, ...options, ...['-frames:v', `${frames}`]);
    expect(await read(clip)).toEqual({ frames, trouble: undefined });
    await expectCutsToShow(clip);
  });

  it('is whole where the head of its AVI was never completed', async () => {
    const clip = make('piped.avi', '-frames:v', '60', ...MJPEG);
    const bytes = readFileSync(clip);
    bytes.writeUInt32LE(0, 4);
    bytes.writeUInt32LE(0xffff, bytes.indexOf('strh') + 40);
    writeFileSync(clip, bytes);
    expect(await read(clip)).toEqual({ frames: 60, trouble: undefined });
  });

  it('is not called damaged, but told of, where a transport stream ends within a packet', async () => {
    const clip = make('stream.ts', '-frames:v', '30', '-c:v', 'mpeg2video');
    const notices = async (): Promise<string> => {
      const reader = await VideoReader.open(clip);
      for await (const frame of reader.frames()) frame.dispose();
      expect(reader.damage).toBeUndefined();
      return reader.notices.join(' ');
    };
    expect(await notices()).toBe('');
    const bytes = readFileSync(clip);
    writeFileSync(clip, Buffer.concat([bytes, bytes.subarray(0, 100)]));
    expect(await notices()).toMatch(/its end may be missing/);
  });

  it('is refused where the description of its picture is cut off', async () => {
    const clip = make('described.mov', '-frames:v', '6', '-c:v', 'prores_ks', '-movflags', '+faststart');
    const bytes = readFileSync(clip);
    for (const box of ['stsd', 'stbl', 'mdat']) {
      const path = join(folder, `before-${box}.mov`);
      writeFileSync(path, bytes.subarray(0, bytes.indexOf(box) + 4));
      expect(await read(path)).toMatchObject({
        frames: 0,
        trouble: expect.stringMatching(/damaged or cut off|no frame/) as string,
      });
    }
  });

  it('shows that it ends within a packet where its container has no size', async () => {
    const clip = make('packet.ivf', '-frames:v', '6', ...VP9);
    expect(await read(clip)).toEqual({ frames: 6, trouble: undefined });
    writeFileSync(clip, readFileSync(clip).subarray(0, -1));
    expect((await read(clip)).trouble).toBe("it can't be read to its end (it ends within a packet)");
  });
});

describe.skipIf(WITNESS_MISSING)(witnessed('exporting a clip that is cut off'), () => {
  const clip = (name: string) => cut(make(name, '-frames:v', '6', '-c:v', 'ffv1'), 0.6);
  const deblur = async (input: string, output: string, ...options: readonly string[]) => {
    const args = ['deblur', input, '-o', join(folder, output), '--json', '--network', 'none', ...options];
    const { code, stdout } = await runCommand(args);
    const events = parseEvents(stdout);
    return { code, events, last: events.at(-1) };
  };

  it('is refused at once, unless it is allowed', async () => {
    const input = clip('refused.mkv');
    const { code, last } = await deblur(input, 'refused-out.mkv');
    expect(code).toBe(3);
    expect(last).toMatchObject({
      code: 'input-corrupt',
      message: expect.stringMatching(
        /is damaged: it is cut off: it has \d+ bytes and should have \d+/,
      ) as string,
      hint: expect.stringContaining('--allow-damaged') as string,
    });
    expect(readdirSync(folder)).not.toContain('refused-out.mkv');

    const allowed = await deblur(input, 'allowed-out.mkv', '--allow-damaged');
    expect(allowed).toMatchObject({ code: 0, last: { type: 'done', frames: 3 } });
    expect(JSON.stringify(allowed.events)).toMatch(/The end of the file is missing.*3 frames were read/);
  });

  it('is announced where the clip is only looked at', async () => {
    const input = clip('probed.mkv');
    const { code, stdout } = await runCommand(['probe', input, '--json']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/The clip is damaged: it is cut off: it has \d+ bytes/);
  });

  it('is announced where the clip is opened', async () => {
    const engine = new EngineClient();
    try {
      const service = new FrameService(engine);
      const told = /The clip is damaged: it is cut off/;
      expect((await service.index(clip('opened.mkv'))).notices.join(' ')).toMatch(told);
      expect((await service.index(join(folder, 'opened.mkv'))).notices).toEqual([]);
    } finally {
      await engine.dispose();
    }
  });

  it('is done for a range that is there', async () => {
    const input = clip('range.mkv');
    expect(await deblur(input, 'there.mkv', '--in', '0', '--out', '0.08')).toMatchObject({
      code: 0,
      last: { frames: 2 },
    });
    const missing = await deblur(input, 'missing.mkv', '--in', '0.04', '--out', '0.2');
    expect(missing).toMatchObject({ code: 3, last: { code: 'input-corrupt' } });
    expect(readdirSync(folder)).not.toContain('missing.mkv');
  });
});
