import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openInstalledWeights } from '../../src/main/render/installed-weights.ts';
import type { RenderClip } from '../../src/main/render/render-service.ts';
import { networks } from '../../src/networks/catalogue.ts';
import { encodeSafetensors } from '../../src/networks/checkpoints/safetensors-writer.ts';
import { elementCount } from '../../src/shared/tensor.ts';
import { isAlive, waitUntil } from './support/command-line.ts';
import { fixture } from './support/media-copy.ts';
import { QUICK, RenderBench, renderClip } from './support/rendering.ts';

let bench: RenderBench;
let clip: RenderClip;
/** So long that nothing is done with it by chance before a test comes to it. */
let long: RenderClip;

beforeEach(async () => {
  bench = new RenderBench();
  clip = await renderClip(fixture('vfr.mp4'));
  long = await renderClip(fixture('stream.mp4'));
});

afterEach(() => bench.dispose());

function filesOf(of: RenderClip, recipe: string): string[] {
  return readdirSync(join(bench.folder, 'frames', of.id, recipe));
}

describe('a preview that is cancelled', () => {
  it('ends within a frame, keeps what is rendered, and can be taken up again', async () => {
    const job = bench.preview(long);
    await bench.onceRendered(3, () => bench.service.cancel(job.id));
    expect(await bench.ended(job)).toMatchObject({ state: 'cancelled' });
    const recipe = await bench.recipe(long);
    const to = bench.service.rendered(long.id, recipe)[0]?.to ?? 0;
    expect(to).toBeGreaterThan(2);
    expect(to).toBeLessThan(long.frames);
    expect(filesOf(long, recipe)).toHaveLength(to);
    const engine = bench.engines[0]!.pid;
    const range = { from: 0, to: Math.min(long.frames, to + 2) };
    expect(await bench.ended(bench.preview(long, { range }))).toMatchObject({
      state: 'done',
      framesDone: range.to,
    });
    expect(bench.rendered).toEqual(Array.from({ length: range.to }, (_, i) => i));
    expect(bench.engines[0]!.pid).toBe(engine);
  });
});

describe('an engine that is killed', () => {
  it('fails the job with what happened, keeps frames, and is replaced for the next', async () => {
    const other = await renderClip(fixture('rotated.mp4'));
    const next = bench.preview(other, { range: { from: 0, to: 2 } });
    const job = bench.preview(long);
    let killed = 0;
    await bench.onceRendered(3, () => {
      killed = bench.engines[0]!.pid!;
      process.kill(killed, 'SIGKILL');
    });
    const failed = await bench.ended(job);
    expect(failed).toMatchObject({ state: 'failed', problem: { code: 'engine-died' } });
    expect(failed.problem?.message).toMatch(/was killed \(SIGKILL\) while deblurring/);
    expect(failed.problem?.message).not.toContain('partial output');
    expect(failed.problem?.hint).toMatch(/memory/);
    expect(await bench.ended(next)).toMatchObject({ state: 'done' });
    expect(bench.engines[0]!.pid).not.toBe(killed);
    const recipe = await bench.recipe(long);
    const to = bench.service.rendered(long.id, recipe)[0]?.to ?? 0;
    expect(to).toBeGreaterThan(2);
    const range = { from: 0, to: Math.min(long.frames, to + 2) };
    expect(await bench.ended(bench.preview(long, { range }))).toMatchObject({ state: 'done' });
    // What was half-written is swept away in the background.
    await waitUntil(() => filesOf(long, recipe).length === range.to);
  });

  it('leaves nothing running behind when the service ends', async () => {
    bench.preview(long);
    await waitUntil(() => bench.rendered.length > 0);
    const engine = bench.engines[0]!.pid!;
    await bench.dispose();
    expect(isAlive(engine)).toBe(false);
    bench = new RenderBench();
  });
});

describe('an engine that works', () => {
  it('stays a little behind what is shown', async () => {
    bench.preview(clip, { range: { from: 0, to: 3 } });
    await waitUntil(() => bench.rendered.length > 0);
    const allowed = process.platform === 'win32' ? getPriority() : getPriority() + 5;
    expect(getPriority(bench.engines[0]!.pid)).toBe(Math.min(19, allowed));
  });
});

describe('two services on one cache folder', () => {
  it('see what the other one renders, and render at the same time', async () => {
    const other = new RenderBench({ folder: bench.folder });
    try {
      const jobs = [
        bench.ended(bench.preview(clip, { range: { from: 0, to: 8 } })),
        other.ended(other.preview(clip, { range: { from: 4, to: 12 } })),
      ];
      for (const job of await Promise.all(jobs)) expect(job).toMatchObject({ state: 'done' });
      const recipe = await bench.recipe(clip);
      for (const each of [bench, other]) {
        expect(each.service.rendered(clip.id, recipe)).toEqual([{ from: 0, to: 12 }]);
      }
      expect(await bench.frames(clip, recipe, 0, 12)).toEqual(await other.frames(clip, recipe, 0, 12));
    } finally {
      await other.dispose();
    }
  });
});

describe('a cache that is too small for a range', () => {
  it('lets the first frames go, tells so, and never holds more than it may', async () => {
    await bench.dispose();
    bench = new RenderBench({ cacheBytes: 120_000 });
    const job = await bench.ended(bench.preview(clip));
    expect(job).toMatchObject({ state: 'done', framesDone: clip.frames });
    expect(job.notices).toContainEqual(expect.objectContaining({ code: 'cache-full' }));
    const recipe = await bench.recipe(clip);
    expect(bench.service.rendered(clip.id, recipe)[0]?.from).toBeGreaterThan(0);
    expect(bench.service.rendered(clip.id, recipe).at(-1)?.to).toBe(clip.frames);
    const evicted = bench.events.flatMap((event) => (event.type === 'evicted' ? [event.range.from] : []));
    expect(evicted).toContain(0);
  });
});

describe('a network that gives no picture', () => {
  it('fails the job with that, and the next one runs', async () => {
    const data = join(bench.folder, 'data');
    vi.stubEnv('ACUTANCE_DATA_DIR', data);
    try {
      const lite = networks.find(({ id }) => id === QUICK.network)!;
      // Finite, but their products are not.
      const tensors = lite.parameters('lite').map(({ name, dims }) => {
        return [name, { dims, data: new Float32Array(elementCount(dims)).fill(1e30) }] as const;
      });
      const file = join(bench.folder, 'huge.safetensors');
      writeFileSync(file, encodeSafetensors(new Map(tensors)));
      const { id } = await openInstalledWeights().import([file], { network: lite.id, size: 'lite' });
      const bad = await bench.ended(bench.preview(clip, { deblur: { ...QUICK, weights: id } }));
      expect(bad).toMatchObject({ state: 'failed', framesDone: 0, problem: { code: 'output-not-finite' } });
      const good = bench.preview(clip, { range: { from: 0, to: 1 } });
      expect(await bench.ended(good)).toMatchObject({ state: 'done' });
    } finally {
      vi.unstubAllEnvs();
    }
  });
});

describe('orders that can not be carried out', () => {
  it('fail with the reason, and the queue goes on', async () => {
    const bad = bench.preview(clip, { deblur: { ...QUICK, size: 'paper' } });
    expect(await bench.ended(bad)).toMatchObject({
      state: 'failed',
      problem: { code: 'weights-missing', hint: expect.stringContaining('Import') },
    });
    const missing = { ...clip, id: 'e'.repeat(32), path: join(bench.folder, 'gone.mp4') };
    expect(await bench.ended(bench.preview(missing))).toMatchObject({
      state: 'failed',
      problem: { code: 'input-unreadable', message: expect.stringContaining('gone.mp4') },
    });
    const good = bench.preview(clip, { range: { from: 0, to: 1 } });
    expect(await bench.ended(good)).toMatchObject({ state: 'done' });
  });

  it('are refused at once where the range is not within the clip', () => {
    const range = { from: 0, to: clip.frames + 1 };
    expect(() => bench.preview(clip, { range })).toThrow(expect.objectContaining({ code: 'usage' }));
    expect(bench.service.jobs()).toEqual([]);
  });
});

describe('frames that can not be kept', () => {
  it('fail the job where the folder can not be written to', async () => {
    writeFileSync(join(bench.folder, 'frames', clip.id), 'in the way');
    expect(await bench.ended(bench.preview(clip))).toMatchObject({
      state: 'failed',
      problem: { code: 'output-unwritable', hint: expect.stringContaining('ACUTANCE_CACHE_DIR') },
    });
  });

  it('fail the job when the disk is full, with nothing half-written', async ({ skip }) => {
    const disk = join(bench.folder, 'disk');
    mkdirSync(disk);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=320k', 'none', disk], { stdio: 'ignore' });
    } catch {
      skip('Only an administrator may make a small disk.');
    }
    const small = new RenderBench({ folder: disk, cacheBytes: 2 ** 30 });
    try {
      const job = await small.ended(small.preview(long));
      expect(job.problem).toMatchObject({ code: 'disk-full' });
      expect(readdirSync(join(disk, 'frames'), { recursive: true }).join()).not.toContain('.part');
    } finally {
      await small.dispose();
      execFileSync('umount', [disk]);
      rmSync(disk, { recursive: true });
    }
  });
});
