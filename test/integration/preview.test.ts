import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FrameConverter, VideoReader } from '../../src/main/media/index.ts';
import type { RenderClip } from '../../src/main/render/render-service.ts';
import { decodeNpy, encodeNpyHeader } from '../../src/shared/npy.ts';
import { waitUntil } from './support/command-line.ts';
import { fixture } from './support/media-copy.ts';
import { QUICK, RenderBench, renderClip } from './support/rendering.ts';

let bench: RenderBench;

beforeEach(() => {
  bench = new RenderBench();
});

afterEach(() => bench.dispose());

/** What the network makes of all frames, by way of arrays and without the cache: planar R'G'B' per frame. */
async function inferred(clip: RenderClip, stages: number): Promise<Float32Array[]> {
  const reader = await VideoReader.open(clip.path);
  const converter = new FrameConverter();
  const planes: Float32Array[] = [];
  for await (const frame of reader.frames()) {
    planes.push(converter.toRgb(frame));
    frame.dispose();
  }
  converter.dispose();
  const [input, output] = [join(bench.folder, 'in.npy'), join(bench.folder, 'out.npy')];
  const dims = [planes.length, 3, clip.height, clip.width];
  const bytes = planes.map((plane) => new Uint8Array(plane.buffer, plane.byteOffset, plane.byteLength));
  writeFileSync(input, Buffer.concat([encodeNpyHeader(dims), ...bytes]));
  const deblur = { ...QUICK, stages };
  await bench.engines[0]!.run('infer', { input, output, deblur, overwrite: true });
  const values = decodeNpy(readFileSync(output), output).data as Float32Array;
  const size = 3 * clip.height * clip.width;
  return planes.map((_, i) => values.subarray(i * size, (i + 1) * size));
}

/** Codes of the pixel that is shown at x, y; `rgb` is as stored, and turned 90 degrees clockwise or not at all. */
function expectedPixel(rgb: Float32Array, clip: RenderClip, x: number, y: number): number[] {
  const [column, row] = clip.rotation === 90 ? [y, clip.height - 1 - x] : [x, y];
  return [0, 1, 2].map((channel) => {
    const value = rgb[(channel * clip.height + row) * clip.width + column]!;
    return Math.min(255, Math.max(0, Math.round(value * 255)));
  });
}

describe('a preview', () => {
  it.each([
    ['hdr10.mp4', 2],
    ['rotated.mp4', 1],
  ])('gives of %s what the network makes of it, rounded and upright', async (name, stages) => {
    const clip = await renderClip(fixture(name));
    const job = await bench.ended(bench.preview(clip, { deblur: { ...QUICK, stages } }));
    expect(job).toMatchObject({ state: 'done', framesDone: clip.frames, framesTotal: clip.frames });
    expect(bench.rendered).toEqual(Array.from({ length: clip.frames }, (_, i) => i));
    const witness = await inferred(clip, stages);
    const recipe = await bench.recipe(clip, { stages });
    expect(job.recipe).toBe(recipe);
    const sideways = clip.rotation === 90;
    const [width, height] = sideways ? [clip.height, clip.width] : [clip.width, clip.height];
    for (let number = 0; number < clip.frames; number++) {
      const frame = await bench.service.restoredFrame(clip.id, recipe, number, { format: 'raw' });
      expect([frame?.width, frame?.height]).toEqual([width, height]);
      const wrong: unknown[] = [];
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const at = 4 * (y * width + x);
          const pixel = [...frame!.bytes.subarray(at, at + 4)];
          const expected = [...expectedPixel(witness[number]!, clip, x, y), 255];
          if (pixel.some((code, i) => code !== expected[i])) wrong.push([x, y, pixel, expected]);
        }
      }
      expect(wrong).toEqual([]);
    }
  });

  it('of a part is what it is in the whole, in a clip of variable frame rate too', async () => {
    const clip = await renderClip(fixture('vfr.mp4'));
    const deblur = { ...QUICK, stages: 2 };
    const recipe = await bench.recipe(clip, deblur);
    await bench.ended(bench.preview(clip, { deblur, range: { from: 9, to: 12 } }));
    const part = await bench.frames(clip, recipe, 9, 12);
    const other = new RenderBench();
    try {
      await other.ended(other.preview(clip, { deblur }));
      expect(part).toEqual(await other.frames(clip, recipe, 9, 12));
    } finally {
      await other.dispose();
    }
  });

  it('begins at the frame that is on screen, and does nothing twice', async () => {
    const clip = await renderClip(fixture('vfr.mp4'));
    const first = await bench.ended(bench.preview(clip, { range: { from: 4, to: 6 } }));
    expect(first.framesTotal).toBe(2);
    const second = bench.preview(clip, { range: { from: 2, to: 8 }, startAt: 5 });
    expect(await bench.ended(second)).toMatchObject({ state: 'done', framesDone: 6, framesTotal: 6 });
    expect(bench.rendered).toEqual([4, 5, 6, 7, 2, 3]);
    const progress = bench.events.flatMap((event) =>
      event.type === 'job' && event.job.id === second.id ? [event.job.framesDone] : [],
    );
    expect([...new Set(progress)]).toEqual([0, 2, 3, 4, 5, 6]);
    const third = await bench.ended(bench.preview(clip, { range: { from: 2, to: 8 } }));
    expect(third).toMatchObject({ state: 'done', framesDone: 6 });
    expect(bench.rendered).toHaveLength(6);
    expect((await bench.service.describe(clip, QUICK)).rendered).toEqual([{ from: 2, to: 8 }]);
  });

  it('takes the place of one with other settings, whose frames stay', async () => {
    const clip = await renderClip(fixture('stream.mp4'));
    const first = bench.preview(clip);
    await waitUntil(() => bench.rendered.length > 1);
    const deblur = { ...QUICK, stages: 2 };
    const second = bench.preview(clip, { deblur, range: { from: 0, to: 2 } });
    expect(await bench.ended(second)).toMatchObject({ state: 'done' });
    expect(bench.job(first.id)).toMatchObject({ state: 'cancelled' });
    const recipe = await bench.recipe(clip);
    expect(bench.service.rendered(clip.id, recipe)[0]?.to).toBeGreaterThan(1);
    expect(recipe).not.toBe(bench.job(second.id).recipe);
  });

  it('that is asked for again while it runs goes on', async () => {
    const clip = await renderClip(fixture('vfr.mp4'));
    const range = { from: 0, to: 4 };
    const first = bench.preview(clip, { range });
    let again: string | undefined;
    await bench.onceRendered(1, () => {
      again = bench.preview(clip, { deblur: { ...QUICK, strength: 0.4 }, range }).id;
    });
    expect(again).toBe(first.id);
    expect(await bench.ended(first)).toMatchObject({ state: 'done' });
    expect(bench.service.jobs()).toHaveLength(1);
  });

  it('starts at once where the network is still loaded', async () => {
    const clip = await renderClip(fixture('vfr.mp4'));
    const millisecondsToWork = async (range: { from: number; to: number }) => {
      const started = performance.now();
      let begun = 0;
      const end = bench.service.onEvent((event) => {
        if (event.type === 'job' && event.job.phase === 'deblurring') begun ||= performance.now() - started;
      });
      expect(await bench.ended(bench.preview(clip, { range }))).toMatchObject({ state: 'done' });
      end();
      return begun;
    };
    const first = await millisecondsToWork({ from: 0, to: 1 });
    const engine = bench.engines[0]!.pid;
    // It is about a fortieth on a machine that does nothing else; one that does may be held up now and then.
    let later = Infinity;
    for (let from = 1; later >= first / 3 && from < 8; from++) {
      later = await millisecondsToWork({ from, to: from + 1 });
      expect(later).toBeGreaterThan(0);
    }
    expect(later).toBeLessThan(first / 3);
    expect(bench.engines[0]!.pid).toBe(engine);
  });
});

describe.skipIf(process.platform !== 'linux')('the process of the service', () => {
  it('holds neither ONNX Runtime nor FFmpeg: what they crash is an engine', () => {
    const modules = ['engine-render-service.ts', 'installed-weights.ts'].map((name) =>
      JSON.stringify(new URL(`../../src/main/render/${name}`, import.meta.url).href),
    );
    const program = `
      import { readFileSync } from 'node:fs';
      const { EngineRenderService } = await import(${modules[0]});
      const { openInstalledWeights } = await import(${modules[1]});
      const weights = async () => openInstalledWeights();
      const service = new EngineRenderService({ weights, cacheFolder: ${JSON.stringify(join(bench.folder, 'own'))} });
      await service.describe({ id: 'c' }, ${JSON.stringify({ ...QUICK, device: 'auto' })});
      const mapped = readFileSync('/proc/self/maps', 'utf8');
      console.log(['sqlite', 'onnxruntime', 'node-av'].filter((name) => mapped.includes(name)).join());
      await service.dispose();`;
    const options = ['--input-type=module', '-e', program];
    expect(execFileSync(process.execPath, options, { encoding: 'utf8' }).trim()).toBe('sqlite');
  });
});

describe('a restored frame', () => {
  it('comes as PNG and JPEG, and smaller', async () => {
    const clip = await renderClip(fixture('rotated.mp4'));
    await bench.ended(bench.preview(clip, { range: { from: 0, to: 1 } }));
    const recipe = await bench.recipe(clip);
    const [raw] = await bench.frames(clip, recipe, 0, 1);
    const get = (format: 'raw' | 'png' | 'jpeg', maxWidth?: number) =>
      bench.service.restoredFrame(clip.id, recipe, 0, { format, maxWidth });
    const png = await get('png');
    expect([png?.width, png?.height]).toEqual([136, 240]);
    const path = join(bench.folder, 'frame.png');
    writeFileSync(path, png!.bytes);
    const decoded = execFileSync('ffmpeg', [
      '-v',
      'error',
      '-i',
      path,
      '-f',
      'rawvideo',
      '-pix_fmt',
      'rgba',
      '-',
    ]);
    expect(Buffer.compare(decoded, raw!)).toBe(0);
    const jpeg = await get('jpeg', 68);
    expect([jpeg?.width, jpeg?.height]).toEqual([68, 120]);
    expect([...jpeg!.bytes.subarray(0, 2)]).toEqual([0xff, 0xd8]);
    const small = await get('raw', 34);
    expect(small?.bytes).toHaveLength(34 * 60 * 4);
  });

  it('is not there before it is rendered', async () => {
    const clip = await renderClip(fixture('vfr.mp4'));
    const recipe = await bench.recipe(clip);
    expect(await bench.service.restoredFrame(clip.id, recipe, 0, { format: 'raw' })).toBeUndefined();
  });

  it('is not made for someone who has gone', async () => {
    const request = bench.service.restoredFrame('c', 'r', 0, { format: 'raw', signal: AbortSignal.abort() });
    await expect(request).rejects.toMatchObject({ code: 'cancelled' });
  });
});
