import {
  existsSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  FrameCache,
  type Eviction,
  type FrameCacheOptions,
  type ScreenPicture,
} from '../../../src/main/cache/frame-cache.ts';

const CLIP = 'c'.repeat(32);
const RECIPE = 'a'.repeat(32);
const OTHER = 'b'.repeat(32);

let folder: string;
let evictions: Eviction[];
const open: FrameCache[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'acutance-cache-'));
  evictions = [];
});

afterEach(async () => {
  vi.useRealTimers();
  for (const cache of open.splice(0)) await cache.dispose();
  rmSync(folder, { recursive: true, force: true });
});

function openCache(options: Partial<FrameCacheOptions> = {}): FrameCache {
  const cache = new FrameCache({ folder, onEvicted: (eviction) => evictions.push(eviction), ...options });
  open.push(cache);
  return cache;
}

const key = (number: number, recipe = RECIPE) => ({ clip: CLIP, recipe, number });

/** A picture that does not pack well, another one for every number. */
function picture(number: number): ScreenPicture {
  const rgba = new Uint8Array(4 * 32 * 24);
  let state = number + 1;
  for (let i = 0; i < rgba.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    rgba[i] = i % 4 === 3 ? 255 : state >>> 24;
  }
  return { width: 32, height: 24, rgba };
}

function files(recipe = RECIPE): string[] {
  const path = join(folder, CLIP, recipe);
  return existsSync(path) ? readdirSync(path).sort() : [];
}

function pathOf(number: number): string {
  const name = files().find((file) => file.startsWith(`${number}-`));
  return join(folder, CLIP, RECIPE, name ?? 'none');
}

async function fill(cache: FrameCache, numbers: readonly number[], recipe = RECIPE): Promise<void> {
  for (const number of numbers) await cache.write(key(number, recipe), picture(number));
}

describe('the frame cache', () => {
  it('gives back what it was given, also after a restart', async () => {
    const first = openCache();
    await fill(first, [7]);
    expect(await first.read(key(7))).toEqual(picture(7));
    await first.dispose();
    expect(await openCache().read(key(7))).toEqual(picture(7));
  });

  it('has nothing for another clip, recipe or frame', async () => {
    const cache = openCache();
    await fill(cache, [7]);
    expect(await cache.read(key(8))).toBeUndefined();
    expect(await cache.read(key(7, OTHER))).toBeUndefined();
    expect(await cache.read({ ...key(7), clip: OTHER })).toBeUndefined();
  });

  it('tells what is there as ascending ranges', async () => {
    const cache = openCache();
    await fill(cache, [9, 1, 0, 2, 5, 6]);
    await fill(cache, [3], OTHER);
    expect(cache.ranges(CLIP, RECIPE)).toEqual([
      { from: 0, to: 3 },
      { from: 5, to: 7 },
      { from: 9, to: 10 },
    ]);
    expect(cache.ranges(CLIP, 'f'.repeat(32))).toEqual([]);
  });

  it('keeps one file for a frame that is written again', async () => {
    const cache = openCache();
    await fill(cache, [4]);
    await cache.write(key(4), picture(40));
    expect(files()).toHaveLength(1);
    expect(await cache.read(key(4))).toEqual(picture(40));
    expect(cache.totalBytes).toBe((await readFile(pathOf(4))).length);
  });

  it('is shared by two at once', async () => {
    const [one, other] = [openCache(), openCache()];
    await Promise.all([fill(one, [0, 1, 2, 3, 4]), fill(other, [3, 4, 5, 6])]);
    for (const cache of [one, other]) {
      expect(cache.ranges(CLIP, RECIPE)).toEqual([{ from: 0, to: 7 }]);
      for (let number = 0; number < 7; number++)
        expect(await cache.read(key(number))).toEqual(picture(number));
    }
    expect(files()).toHaveLength(7);
  });
});

describe('a damaged cache', () => {
  it.each([
    ['is missing', async (path: string) => rmSync(path)],
    ['is too short', async (path: string) => truncateSync(path, 100)],
    ['is empty', async (path: string) => truncateSync(path, 0)],
    [
      'has a wrong byte',
      async (path: string) => {
        const bytes = await readFile(path);
        bytes[bytes.length >> 1]! ^= 1;
        await writeFile(path, bytes);
      },
    ],
  ])('takes a frame whose file %s as not rendered, and tells', async (_, damage) => {
    const cache = openCache();
    await fill(cache, [0, 1, 2]);
    await damage(pathOf(1));
    expect(await cache.read(key(1))).toBeUndefined();
    expect(cache.ranges(CLIP, RECIPE)).toEqual([
      { from: 0, to: 1 },
      { from: 2, to: 3 },
    ]);
    expect(evictions).toEqual([{ clip: CLIP, recipe: RECIPE, range: { from: 1, to: 2 } }]);
    expect(files()).toHaveLength(2);
    await fill(cache, [1]);
    expect(await cache.read(key(1))).toEqual(picture(1));
  });

  it('begins anew when its index is no database', async () => {
    const first = openCache();
    await fill(first, [0]);
    await first.dispose();
    writeFileSync(
      join(folder, 'index.db'),
      'this is not a database, by no means, not even nearly so '.repeat(90),
    );
    const cache = openCache();
    expect(cache.ranges(CLIP, RECIPE)).toEqual([]);
    await fill(cache, [1]);
    expect(await cache.read(key(1))).toEqual(picture(1));
  });

  it('is swept: partial files of the dead, old files without an entry, entries without a file', async () => {
    const cache = openCache();
    await fill(cache, [0, 1, 2, 3]);
    rmSync(pathOf(2));
    const here = join(folder, CLIP, RECIPE);
    const dead = join(here, '9-abc.frame.999999999.part');
    const living = join(here, `9-abd.frame.${process.pid}.part`);
    const fresh = join(here, '9-abe.frame');
    const old = join(here, '9-abf.frame');
    for (const path of [dead, living, fresh, old]) writeFileSync(path, 'x');
    const later = new Date(Date.now() + 600_000);
    utimesSync(fresh, later, later);
    vi.useFakeTimers({ toFake: ['Date'], now: later });
    await mkdir(join(folder, OTHER, RECIPE), { recursive: true });
    await cache.sweep();
    expect([dead, living, fresh, old].map((path) => existsSync(path))).toEqual([false, true, true, false]);
    expect(existsSync(join(folder, OTHER))).toBe(false);
    expect(evictions).toEqual([{ clip: CLIP, recipe: RECIPE, range: { from: 2, to: 3 } }]);
    expect(await cache.read(key(3))).toEqual(picture(3));
  });

  it('keeps a file of old that was just given another name, and has no entry of that name yet', async () => {
    const cache = openCache();
    await fill(cache, [0]);
    utimesSync(pathOf(0), new Date(0), new Date(0));
    const shared = join(folder, CLIP, RECIPE, '0-abc.frame');
    linkSync(pathOf(0), shared);
    await cache.sweep();
    expect(existsSync(shared)).toBe(true);
  });

  it('is not touched any more once it was disposed of', async () => {
    const cache = openCache();
    await fill(cache, [0]);
    const dead = join(folder, CLIP, RECIPE, '9-abc.frame.999999999.part');
    writeFileSync(dead, 'x');
    const [swept, trimmed, read] = [cache.sweep(), cache.trim(), cache.read(key(0))];
    await cache.dispose();
    const left = files();
    await Promise.all([swept, trimmed, read]);
    expect(files()).toEqual(left);
    expect(await cache.read(key(0))).toBeUndefined();
    await cache.trim();
    await cache.sweep();
  });

  it('forgets everything when its folders were deleted', async () => {
    const cache = openCache();
    await fill(cache, [0, 1]);
    rmSync(join(folder, CLIP), { recursive: true });
    await cache.sweep();
    expect(cache.ranges(CLIP, RECIPE)).toEqual([]);
    expect(cache.totalBytes).toBe(0);
    await fill(cache, [0]);
    expect(cache.has(key(0))).toBe(true);
  });
});

describe('the budget', () => {
  async function bytesOfOne(): Promise<number> {
    const cache = openCache({ folder: join(folder, 'probe') });
    await fill(cache, [0]);
    return cache.totalBytes;
  }

  it('makes frames that were not used for longest go first, and tells', async () => {
    const one = await bytesOfOne();
    const cache = openCache({ budgetBytes: 4.5 * one });
    vi.useFakeTimers({ toFake: ['Date'] });
    for (const number of [0, 1, 2, 3, 4, 5]) {
      await fill(cache, [number]);
      vi.advanceTimersByTime(1);
    }
    await cache.read(key(0));
    await cache.trim();
    expect(cache.ranges(CLIP, RECIPE)).toEqual([
      { from: 0, to: 1 },
      { from: 3, to: 6 },
    ]);
    expect(evictions).toEqual([{ clip: CLIP, recipe: RECIPE, range: { from: 1, to: 3 } }]);
    expect(files()).toHaveLength(4);
    expect(cache.totalBytes).toBeLessThanOrEqual(4.5 * one);
  });

  it('is never more than a fifth of what would be free without the cache', async () => {
    const one = await bytesOfOne();
    const cache = openCache({ disk: { freeBytes: async () => 10 * one } });
    await fill(cache, [0, 1, 2, 3, 4]);
    expect(await cache.allowedBytes()).toBeCloseTo(0.2 * (10 * one + cache.totalBytes), 5);
    await cache.trim();
    expect(cache.totalBytes).toBeLessThanOrEqual(0.2 * 15 * one * 1.1);
    expect(cache.ranges(CLIP, RECIPE).at(-1)?.to).toBe(5);
  });

  it('is looked after once more for frames that come while room is made for those before', async () => {
    const looks: PromiseWithResolvers<number>[] = [];
    const freeBytes = () => {
      looks.push(Promise.withResolvers());
      return looks.at(-1)!.promise;
    };
    const cache = openCache({ disk: { freeBytes } });
    const first = cache.trim();
    await vi.waitFor(() => expect(looks).toHaveLength(1), 20_000);
    const further = [cache.trim(), cache.trim()];
    looks[0]!.resolve(2 ** 40);
    await first;
    await vi.waitFor(() => expect(looks).toHaveLength(2), 20_000);
    looks[1]!.resolve(2 ** 40);
    await Promise.all(further);
    expect(looks).toHaveLength(2);
  });

  it('leaves everything alone while there is room', async () => {
    const cache = openCache();
    await fill(cache, [0, 1]);
    await cache.trim();
    expect(evictions).toEqual([]);
    expect(cache.ranges(CLIP, RECIPE)).toEqual([{ from: 0, to: 2 }]);
  });
});

describe('a disk that is full', () => {
  it('is told as such and leaves nothing half-written', async () => {
    const cache = openCache({
      disk: {
        write: async (path, bytes) => {
          await writeFile(path, bytes.subarray(0, 100));
          throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
        },
      },
    });
    await expect(cache.write(key(0), picture(0))).rejects.toMatchObject({
      code: 'disk-full',
      message: expect.stringContaining(folder),
      hint: expect.stringContaining('ACUTANCE_CACHE_DIR'),
    });
    expect(files()).toEqual([]);
    expect(cache.has(key(0))).toBe(false);
  });

  it('does not take away what was there before', async () => {
    const good = openCache();
    await fill(good, [0]);
    const full = openCache({
      disk: { write: () => Promise.reject(Object.assign(new Error('full'), { code: 'EDQUOT' })) },
    });
    await expect(full.write(key(0), picture(1))).rejects.toMatchObject({ code: 'disk-full' });
    expect(await good.read(key(0))).toEqual(picture(0));
  });

  it('is not mistaken for a folder that may not be written to', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(() => openCache({ folder: join(folder, 'file', 'cache') })).toThrow(
      expect.objectContaining({ code: 'output-unwritable' }),
    );
  });
});

describe('a folder that a sweep removes while a frame is on its way there', () => {
  const gone = (doing: string) =>
    Object.assign(new Error(`ENOENT: no such file, ${doing}`), { code: 'ENOENT' });

  it('is made anew, whether it went while it was made or before the file was', async () => {
    const trouble = [gone('mkdir'), undefined, gone('mkdir')];
    const writeTrouble = [gone('open')];
    const cache = openCache({
      disk: {
        makeFolder: async (path) => {
          const thrown = trouble.shift();
          if (thrown) throw thrown;
          await mkdir(path, { recursive: true });
        },
        write: async (path, bytes) => {
          const thrown = writeTrouble.shift();
          if (thrown) throw thrown;
          await writeFile(path, bytes);
        },
      },
    });
    await cache.write(key(0), picture(0));
    expect([trouble, writeTrouble]).toEqual([[], []]);
    expect((await cache.read(key(0)))?.rgba).toEqual(picture(0).rgba);
  });

  it('is made anew for frames that are shared', async () => {
    const trouble = [gone('mkdir')];
    const cache = openCache({
      disk: {
        makeFolder: async (path) => {
          const thrown = path.endsWith(OTHER) ? trouble.shift() : undefined;
          if (thrown) throw thrown;
          await mkdir(path, { recursive: true });
        },
      },
    });
    await fill(cache, [0, 1]);
    await cache.share(CLIP, RECIPE, OTHER, () => true);
    expect(cache.ranges(CLIP, OTHER)).toEqual([{ from: 0, to: 2 }]);
  });

  it('is told where it stays away', async () => {
    const cache = openCache({ disk: { makeFolder: () => Promise.reject(gone('mkdir')) } });
    await expect(cache.write(key(0), picture(0))).rejects.toMatchObject({ code: 'output-unwritable' });
  });
});

describe('frames of two recipes that are the same', () => {
  it('are shared, apart from those that it has itself and those that differ', async () => {
    const cache = openCache();
    await fill(cache, [0, 1, 2, 3, 4]);
    await cache.write(key(1, OTHER), picture(11));
    await cache.share(CLIP, RECIPE, OTHER, (number) => number !== 3);
    expect(cache.ranges(CLIP, OTHER)).toEqual([
      { from: 0, to: 3 },
      { from: 4, to: 5 },
    ]);
    expect((await cache.read(key(2, OTHER)))?.rgba).toEqual(picture(2).rgba);
    expect((await cache.read(key(1, OTHER)))?.rgba).toEqual(picture(11).rgba);
    expect([files().length, files(OTHER).length]).toEqual([5, 4]);
    expect(evictions).toEqual([]);
  });

  it('stay with the one when the other has lost its own', async () => {
    const cache = openCache();
    await fill(cache, [0, 1]);
    await cache.share(CLIP, RECIPE, OTHER, () => true);
    rmSync(join(folder, CLIP, RECIPE), { recursive: true });
    expect(await cache.read(key(0))).toBeUndefined();
    expect((await cache.read(key(0, OTHER)))?.rgba).toEqual(picture(0).rgba);
  });

  it('are left to be rendered where their files are gone', async () => {
    const cache = openCache();
    await fill(cache, [0, 1]);
    rmSync(pathOf(0));
    await cache.share(CLIP, RECIPE, OTHER, () => true);
    expect(cache.ranges(CLIP, OTHER)).toEqual([{ from: 1, to: 2 }]);
  });
});
