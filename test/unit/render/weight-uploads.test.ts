import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WeightUploads } from '../../../src/main/render/weight-uploads.ts';

let parent: string;
let uploads: WeightUploads;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'acutance-uploads-'));
  uploads = new WeightUploads(parent, 100);
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

const body = (...chunks: (number | Error)[]) => {
  const rest = [...chunks];
  return new ReadableStream<Uint8Array>({
    pull: (controller) => {
      const next = rest.shift();
      if (next === undefined) controller.close();
      else if (next instanceof Error) controller.error(next);
      else controller.enqueue(new Uint8Array(next).fill(next));
    },
  });
};
const files = () => readdirSync(parent).flatMap((folder) => readdirSync(join(parent, folder)));

describe('a file that is sent', () => {
  it('lies on the disk, readable for its user alone, until it is discarded', async () => {
    const { id, path, bytes } = await uploads.receive('a.pth', body(2, 3));
    expect(bytes).toBe(5);
    expect([...readFileSync(path)]).toEqual([2, 2, 3, 3, 3]);
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(uploads.find(id)).toMatchObject({ name: 'a.pth', path });
    await uploads.discard(id);
    await uploads.discard(id);
    expect(files()).toEqual([]);
    expect(() => uploads.find(id)).toThrow('not there any more');
  });

  it('is refused while it comes in, when it is too long, and leaves nothing', async () => {
    let cancelled = false;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(30)),
      cancel: () => {
        cancelled = true;
      },
    });
    await expect(uploads.receive('big.pth', endless)).rejects.toMatchObject({ code: 'weights-refused' });
    expect(cancelled).toBe(true);
    expect(files()).toEqual([]);
  });

  it('leaves nothing when it breaks off', async () => {
    await expect(uploads.receive('a.pth', body(5, new Error('gone')))).rejects.toThrow('gone');
    expect(files()).toEqual([]);
  });

  it('may be empty', async () => {
    expect(await uploads.receive('a.pth', null)).toMatchObject({ bytes: 0 });
  });
});

describe('files that were sent', () => {
  it('make way for newer ones when they are many', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 10; index++) ids.push((await uploads.receive('a', body(1))).id);
    expect(files()).toHaveLength(8);
    expect(() => uploads.find(ids[1]!)).toThrow();
    expect(uploads.find(ids[2]!).bytes).toBe(1);
  });

  it('are called off at the end while they come in', async () => {
    const [begun, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const slow = new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          begun.resolve();
          await ended.promise;
          controller.enqueue(new Uint8Array(5));
        },
      },
      { highWaterMark: 0 },
    );
    const received = uploads.receive('a', slow);
    received.catch(() => undefined);
    await begun.promise;
    await uploads.dispose();
    ended.resolve();
    await expect(received).rejects.toMatchObject({ code: 'cancelled' });
    expect(readdirSync(parent)).toEqual([]);
  });

  it('go at the end, and those of a process that was killed with the next one', async () => {
    mkdirSync(join(parent, 'incoming-99999999-x'));
    mkdirSync(join(parent, `incoming-${process.ppid}-x`));
    await uploads.receive('a', body(1));
    expect(readdirSync(parent)).toHaveLength(2);
    await uploads.dispose();
    expect(readdirSync(parent)).toEqual([`incoming-${process.ppid}-x`]);
    await expect(uploads.receive('a', body(1))).rejects.toMatchObject({ code: 'cancelled' });
    expect(readdirSync(parent)).toEqual([`incoming-${process.ppid}-x`]);
  });
});
