import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { copyFile, link, mkdir, readFile, rename, rm, rmdir, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cacheFailure } from './cache-failure.ts';
import { sweepFolder } from './cache-sweep.ts';
import { DEFAULT_CACHE_BYTES } from './cache-folder.ts';
import { packPicture, unpackPicture, type ScreenPicture } from './frame-codec.ts';
import { rangesOf, type NumberRange } from './frame-ranges.ts';
import { FrameTable, type FrameKey, type FrameRow } from './frame-table.ts';

export type { FrameKey } from './frame-table.ts';
export type { ScreenPicture } from './frame-codec.ts';

/** Frames that are no longer there. */
export interface Eviction {
  readonly clip: string;
  readonly recipe: string;
  readonly range: NumberRange;
}

export interface FrameCacheOptions {
  /** Made where it does not exist. */
  readonly folder: string;
  /** The most that frames may take, in bytes; less where the disk is nearly full. */
  readonly budgetBytes?: number | undefined;
  /** Called for frames that had to make room or turned out to be damaged. */
  readonly onEvicted?: ((eviction: Eviction) => void) | undefined;
  /** Bytes free on the disk of a folder, and how folders and files are made; given only by tests. */
  readonly disk?: Partial<Disk> | undefined;
}

export interface Disk {
  freeBytes(folder: string): Promise<number>;
  /** With the folders above it; nothing where it is there. */
  makeFolder(path: string): Promise<unknown>;
  write(path: string, bytes: Uint8Array): Promise<void>;
}

/** The cache never takes more than this part of what would be free without it. */
const SHARE_OF_DISK = 0.2;
/** Trimming goes a little below the limit, so that it is not needed again with the next frame. */
const TRIM_TO = 0.95;
const TOUCH_DELAY_MS = 2000;
const READ_ATTEMPTS = 2;
const FOLDER_ATTEMPTS = 5;

/** Trouble that says nothing about the file. */
const PASSING = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EACCES', 'EPERM']);

const DISK: Disk = {
  async freeBytes(folder) {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  },
  makeFolder: (path) => mkdir(path, { recursive: true }),
  write: (path, bytes) => writeFile(path, bytes),
};

/**
 * Restored frames by what they were made of: clip, recipe, number. Several processes may use one folder at once. A frame
 * is there when its index entry is; a file that is missing, short or damaged counts as not rendered and is forgotten.
 */
export class FrameCache {
  readonly #folder: string;
  readonly #budget: number;
  readonly #onEvicted: (eviction: Eviction) => void;
  readonly #disk: Disk;
  readonly #table: FrameTable;
  readonly #touched = new Map<string, readonly [FrameKey, number]>();
  #touchTimer: NodeJS.Timeout | undefined;
  #trimming: Promise<void> = Promise.resolve();
  /** One that waits for the one under way. */
  #nextTrim: Promise<void> | undefined;
  #sweeping: Promise<void> = Promise.resolve();
  #closed = false;

  /** @throws AcutanceError `output-unwritable` or `disk-full` when the folder can't be used. */
  constructor(options: FrameCacheOptions) {
    this.#folder = options.folder;
    this.#budget = options.budgetBytes ?? DEFAULT_CACHE_BYTES;
    this.#onEvicted = options.onEvicted ?? (() => undefined);
    this.#disk = { ...DISK, ...options.disk };
    try {
      mkdirSync(this.#folder, { recursive: true });
      this.#table = new FrameTable(join(this.#folder, 'index.db'));
    } catch (thrown) {
      throw cacheFailure(this.#folder, thrown);
    }
  }

  /** The frames that are there. */
  ranges(clip: string, recipe: string): NumberRange[] {
    return this.#table.ranges(clip, recipe);
  }

  has(key: FrameKey): boolean {
    return this.#table.find(key) !== undefined;
  }

  /** Bytes that all frames take. */
  get totalBytes(): number {
    return this.#table.totalBytes();
  }

  /** Bytes that frames may take as the disk is now. */
  async allowedBytes(): Promise<number> {
    return this.#allowedBytes(await this.#disk.freeBytes(this.#folder));
  }

  /** A frame; undefined where it is not there or not whole. */
  async read(key: FrameKey): Promise<ScreenPicture | undefined> {
    for (let attempt = 0; attempt < READ_ATTEMPTS; attempt++) {
      const row = this.#closed ? undefined : this.#table.find(key);
      if (!row) return undefined;
      try {
        const packed = await readFile(this.#pathOf(row));
        if (packed.length !== row.bytes) throw new RangeError('The file has another length.');
        const picture = await unpackPicture(packed, row.width, row.height);
        this.#touch(row);
        return picture;
      } catch (thrown) {
        if (isPassing(thrown)) throw cacheFailure(this.#folder, thrown);
        // Between looking it up and reading it another process may have made it anew: then it is looked up again.
        await this.#forget(row);
      }
    }
    return undefined;
  }

  /**
   * Keeps a frame, in the place of one of the same key.
   * @throws AcutanceError `disk-full`, or `output-unwritable`; nothing half-written is left.
   */
  async write(key: FrameKey, picture: ScreenPicture): Promise<void> {
    const packed = await packPicture(picture);
    const { clip, recipe, number } = key;
    const { width, height } = picture;
    const file = newFileName(number);
    const row: FrameRow = { clip, recipe, number, file, bytes: packed.length, width, height };
    const path = this.#pathOf(row);
    const partial = `${path}.${process.pid}.part`;
    try {
      await this.#inFolder(dirname(path), async () => {
        await this.#disk.write(partial, packed);
        await rename(partial, path);
      });
      const old = this.#table.add(row, Date.now());
      if (old) await rm(this.#pathOf(old), { force: true });
    } catch (thrown) {
      await rm(partial, { force: true }).catch(() => undefined);
      await rm(path, { force: true }).catch(() => undefined);
      throw cacheFailure(this.#folder, thrown);
    }
  }

  /**
   * Has a recipe keep the frames of another that are the same for both, as far as it has none of its own. What can't be
   * shared is left to be rendered.
   */
  async share(clip: string, from: string, to: string, isSame: (number: number) => boolean): Promise<void> {
    const wanted = this.#table
      .rowsOf(clip, from)
      .filter(({ number }) => isSame(number) && !this.has({ clip, recipe: to, number }));
    if (wanted.length === 0) return;
    const rows: FrameRow[] = [];
    for (const old of wanted) {
      if (this.#closed) return;
      const row = { ...old, recipe: to, file: newFileName(old.number) };
      const [source, target] = [this.#pathOf(old), this.#pathOf(row)];
      // Not every file system has links.
      const keep = () => link(source, target).catch(() => copyFile(source, target));
      const isThere = await this.#inFolder(dirname(target), keep).then(
        () => true,
        () => false,
      );
      if (isThere) rows.push(row);
    }
    if (this.#closed) return;
    try {
      this.#table.addAll(rows, Date.now());
    } catch {
      for (const row of rows) await rm(this.#pathOf(row), { force: true }).catch(() => undefined);
    }
  }

  /** Makes room where all frames that are there now take more than they may, those not used for longest first. */
  trim(): Promise<void> {
    // The one under way may have looked before the last frames came.
    this.#nextTrim ??= this.#trimming.then(() => {
      this.#nextTrim = undefined;
      const trimmed = this.#trim();
      this.#trimming = trimmed.catch(() => undefined);
      return trimmed;
    });
    return this.#nextTrim;
  }

  /** Removes what an earlier run left behind: partial files, files without an entry, entries without a file. */
  sweep(): Promise<void> {
    const swept = this.#sweeping.then(() => this.#sweep());
    this.#sweeping = swept.catch(() => undefined);
    return swept;
  }

  /** Waits for what is under way: nothing is touched afterwards. */
  async dispose(): Promise<void> {
    if (this.#closed) return;
    await (this.#nextTrim ?? this.#trimming).catch(() => undefined);
    this.#flushTouches();
    this.#closed = true;
    await this.#sweeping;
    this.#table.close();
  }

  /** Makes a folder and something in it. */
  async #inFolder(folder: string, make: () => Promise<void>): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#disk.makeFolder(folder);
        await make();
        return;
      } catch (thrown) {
        // A sweep, here or in another process, may remove a folder while it is still empty, or the one above it.
        const vanished = thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT';
        if (!vanished || attempt >= FOLDER_ATTEMPTS) throw thrown;
      }
    }
  }

  async #sweep(): Promise<void> {
    const missing = await sweepFolder(this.#folder, this.#table, () => this.#closed);
    this.#tell(missing.filter((row) => !this.#closed && this.#table.remove(row)));
  }

  async #trim(): Promise<void> {
    const free = await this.#disk.freeBytes(this.#folder);
    if (this.#closed) return;
    const allowed = this.#allowedBytes(free);
    if (this.totalBytes <= allowed) return;
    this.#flushTouches();
    const removed = this.#table.removeOldest(allowed * TRIM_TO);
    for (const row of removed) await rm(this.#pathOf(row), { force: true });
    const folders = new Set(removed.map((row) => dirname(this.#pathOf(row))));
    // A folder that still holds frames stays.
    for (const folder of folders) {
      await rmdir(folder).catch(() => undefined);
      await rmdir(dirname(folder)).catch(() => undefined);
    }
    this.#tell(removed);
  }

  #allowedBytes(freeBytes: number): number {
    return Math.min(this.#budget, SHARE_OF_DISK * (freeBytes + this.totalBytes));
  }

  async #forget(row: FrameRow): Promise<void> {
    if (this.#closed) return;
    const forgotten = this.#table.remove(row);
    await rm(this.#pathOf(row), { force: true }).catch(() => undefined);
    if (forgotten) this.#tell([row]);
  }

  #tell(rows: readonly FrameRow[]): void {
    const groups = Map.groupBy(rows, ({ clip, recipe }) => `${clip}/${recipe}`);
    for (const group of groups.values()) {
      const { clip, recipe } = group[0]!;
      for (const range of rangesOf(group.map(({ number }) => number)))
        this.#onEvicted({ clip, recipe, range });
    }
  }

  #touch({ clip, recipe, number }: FrameKey): void {
    this.#touched.set(`${clip}/${recipe}/${number}`, [{ clip, recipe, number }, Date.now()]);
    this.#touchTimer ??= setTimeout(() => this.#flushTouches(), TOUCH_DELAY_MS).unref();
  }

  #flushTouches(): void {
    clearTimeout(this.#touchTimer);
    this.#touchTimer = undefined;
    if (this.#closed || this.#touched.size === 0) return;
    const uses = [...this.#touched.values()];
    this.#touched.clear();
    try {
      this.#table.touch(uses);
    } catch {
      // Which frames were used last only decides what goes first.
    }
  }

  #pathOf({ clip, recipe, file }: FrameRow): string {
    return join(this.#folder, clip, recipe, file);
  }
}

/** Names are never used twice. */
function newFileName(number: number): string {
  return `${number}-${randomBytes(6).toString('hex')}.frame`;
}

function isPassing(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && PASSING.has(String(thrown.code));
}
