import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FoundCuts } from '../../src/shared/api/cuts.ts';
import type { Recipe } from '../../src/shared/api/clip.ts';
import type { Job } from '../../src/shared/api/job.ts';
import { DEFAULT_DEBLUR_SETTINGS } from '../../src/shared/settings.ts';
import { ffmpeg, frameHashes, WITNESS_MISSING, witnessed } from '../fixtures/witness.ts';
import { fixture } from './support/media-copy.ts';
import { eventually } from './support/served.ts';
import { problemOf, startApp, workFolder, type RunningApp } from './support/running-app.ts';

const SAMPLE = fileURLToPath(new URL('../../resources/sample.mp4', import.meta.url));
const DEBLUR = { ...DEFAULT_DEBLUR_SETTINGS, stages: 1, device: 'cpu', strength: 1 } as const;
/** Long enough that looking at its frames takes a while. */
const ROUNDS = 12;
const SHOTS = [20, 17] as const;

let folder: string;
let long: string;
let short: string;

/** Two takes in turn, each a shot of its own. */
function joinTakes(path: string, rounds: number, [width, height]: readonly [number, number]): number[] {
  const scaled = `scale=${width}:${height},setsar=1,format=yuv420p`;
  const chain = (input: number, frames: number) =>
    `[${input}:v]${scaled},trim=end_frame=${frames},setpts=N/(25*TB),fps=25,split=${rounds}` +
    Array.from({ length: rounds }, (_, round) => `[t${input}r${round}]`).join('');
  const order = Array.from({ length: rounds }, (_, round) => `[t0r${round}][t1r${round}]`).join('');
  const graph = `${chain(0, SHOTS[0])};${chain(1, SHOTS[1])};${order}concat=n=${2 * rounds}[out]`;
  const written = ['-map', '[out]', '-c:v', 'libx264', '-preset', 'ultrafast', '-g', '30', path];
  ffmpeg('-i', SAMPLE, '-i', fixture('stream.mp4'), '-filter_complex', graph, ...written);
  const [first, second] = SHOTS;
  const cuts = Array.from({ length: rounds }, (_, round) => round * (first + second));
  return cuts.flatMap((start) => [start, start + first]).slice(1);
}

let longCuts: number[];
let shortCuts: number[];

beforeAll(() => {
  if (WITNESS_MISSING) return;
  folder = mkdtempSync(join(tmpdir(), 'acutance-app-cuts-'));
  long = join(folder, 'long.mp4');
  short = join(folder, 'short.mp4');
  longCuts = joinTakes(long, ROUNDS, [1280, 720]);
  shortCuts = joinTakes(short, 1, [128, 72]);
});
afterAll(() => {
  if (!WITNESS_MISSING) rmSync(folder, { recursive: true, force: true });
});

async function open(app: RunningApp, path: string): Promise<string> {
  const copy = join(app.root, path.split('/').at(-1) ?? '');
  copyFileSync(path, copy);
  return (await app.open(copy)).id;
}

async function ask(app: RunningApp, clip: string): Promise<FoundCuts> {
  return (await (await app.get(`/api/clips/${clip}/cuts`)).json()) as FoundCuts;
}

/** Waits until more than so many frames were looked at, by asking: whether an event tells it depends on how long it takes. */
async function lookedAt(app: RunningApp, clip: string, frames: number): Promise<FoundCuts> {
  return eventually(
    () => ask(app, clip),
    (cuts) => cuts.state !== 'looking' || cuts.framesDone > frames,
    5,
  );
}

async function found(app: RunningApp, clip: string): Promise<FoundCuts> {
  const { cuts } = await app.waitFor(
    'cuts',
    (event) => event.clip === clip && event.cuts.state !== 'looking' && event.cuts.state !== 'stopped',
  );
  return cuts;
}

describe.skipIf(WITNESS_MISSING)(witnessed('the cuts of a clip'), () => {
  it('are looked for while frames are shown, told when they are known, and known to the next start', async () => {
    const data = workFolder();
    const app = await startApp(data);
    const id = await open(app, long);
    expect(await ask(app, id)).toEqual({ state: 'looking', framesDone: 0 });
    expect(await lookedAt(app, id, 0)).toMatchObject({ state: 'looking' });
    expect((await app.get(`/api/clips/${id}/frames/5`)).status).toBe(200);
    expect(await found(app, id)).toEqual({ state: 'found', cuts: longCuts });
    await app.app.dispose();
    const next = await startApp(data);
    expect(await ask(next, id)).toEqual({ state: 'found', cuts: longCuts });
  });

  it('of the clip that is opened last are found first; those of the other are found after them', async () => {
    const app = await startApp();
    const [first, second] = [await open(app, long), await open(app, short)];
    await ask(app, first);
    expect(await lookedAt(app, first, 0)).toMatchObject({ state: 'looking' });
    await ask(app, second);
    const { clip, cuts } = await app.waitFor('cuts', (event) => event.cuts.state === 'found');
    expect([clip, cuts]).toEqual([second, { state: 'found', cuts: shortCuts }]);
    expect(await found(app, first)).toEqual({ state: 'found', cuts: longCuts });
  });

  it('are looked for no further when that is stopped, and then from there on', async () => {
    const app = await startApp();
    const id = await open(app, long);
    await ask(app, id);
    expect(await lookedAt(app, id, 30)).toMatchObject({ state: 'looking' });
    const stopped = (await (await app.send('DELETE', `/api/clips/${id}/cuts/search`)).json()) as FoundCuts & {
      state: 'stopped';
    };
    expect(stopped.state).toBe('stopped');
    expect(stopped.framesDone).toBeGreaterThan(30);
    const again = (await ask(app, id)) as FoundCuts & { state: 'looking' };
    expect(again.framesDone).toBeGreaterThanOrEqual(stopped.framesDone);
    expect(await found(app, id)).toEqual({ state: 'found', cuts: longCuts });
  });

  it('that the editor has set are used by exports and previews, and make a recipe of their own', async () => {
    const app = await startApp();
    const id = await open(app, short);
    const recipeOf = async (deblur: object) =>
      (await (await app.send('POST', `/api/clips/${id}/recipe`, deblur)).json()) as Recipe;
    const ids = new Set<string>();
    const hashes = new Map<string, string[]>();
    for (const [name, cuts] of [
      ['detect', 'detect'],
      ['given', shortCuts],
      ['none', 'none'],
      ['elsewhere', [...shortCuts, 10]],
    ] as const) {
      const choice = await app.send('PATCH', `/api/clips/${id}/choices`, { deblur: { ...DEBLUR, cuts } });
      const { deblur } = (await choice.json()) as { deblur: object };
      ids.add((await recipeOf(deblur)).recipe);
      const output = join(app.root, `${name}.mkv`);
      const order = {
        ...{ kind: 'export', clip: id, range: { from: 8, to: 24 }, preset: 'ffv1', output, deblur },
        ...{ overwrite: false, allowDamaged: false },
      };
      const job = (await (await app.send('POST', '/api/jobs', order)).json()) as Job;
      expect((await app.ended(job.id)).state).toBe('done');
      hashes.set(
        name,
        frameHashes(output).frames.map(({ md5 }) => md5),
      );
    }
    expect(ids.size).toBe(4);
    const [detect, none, elsewhere] = ['detect', 'none', 'elsewhere'].map((name) => hashes.get(name)!);
    expect(hashes.get('given')).toEqual(detect);
    const changed = (other: readonly string[]) =>
      other.flatMap((md5, index) => (md5 === detect![index] ? [] : [8 + index]));
    // Of one stage, a window reaches one frame to either side.
    expect(changed(none!)).toEqual([19, 20]);
    expect(changed(elsewhere!)).toEqual([9, 10]);
  });

  it('that are moved leave alone what was deblurred elsewhere, as it is in an export', async () => {
    const app = await startApp();
    const id = await open(app, short);
    const settle = async (deblur: object): Promise<Recipe> =>
      (await (await app.send('POST', `/api/clips/${id}/recipe`, deblur)).json()) as Recipe;
    const preview = async (deblur: object): Promise<void> => {
      const order = { kind: 'preview', clip: id, deblur, range: { from: 4, to: 30 } };
      const job = (await (await app.send('POST', '/api/jobs', order)).json()) as Job;
      expect((await app.ended(job.id)).state).toBe('done');
    };
    const frame = async (recipe: string, index: number) =>
      Buffer.from(await (await app.get(`/api/clips/${id}/restored/${recipe}/${index}`)).bytes());
    // As the page does it: asked before the cuts are known, and edited after that.
    const detected = await settle(DEBLUR);
    await ask(app, id);
    await found(app, id);
    await preview(DEBLUR);
    const edited = { ...DEBLUR, cuts: [...shortCuts, 10] };
    const recipe = await settle(edited);
    expect(recipe.recipe).not.toBe(detected.recipe);
    expect(recipe.rendered).toEqual([
      { from: 4, to: 9 },
      { from: 11, to: 30 },
    ]);
    expect(Buffer.compare(await frame(recipe.recipe, 20), await frame(detected.recipe, 20))).toBe(0);
    await preview(edited);
    const whole = await startApp();
    const again = await open(whole, short);
    const order = { kind: 'preview', clip: again, deblur: edited, range: { from: 0, to: 37 } };
    const job = (await (await whole.send('POST', '/api/jobs', order)).json()) as Job;
    expect((await whole.ended(job.id)).state).toBe('done');
    for (let index = 4; index < 30; index++) {
      const address = `/api/clips/${again}/restored/${recipe.recipe}/${index}`;
      const alone = Buffer.from(await (await whole.get(address)).bytes());
      expect(Buffer.compare(await frame(recipe.recipe, index), alone)).toBe(0);
    }
  });

  it('beyond its end are refused, with their number and that of its frames', async () => {
    const app = await startApp();
    const id = await open(app, short);
    const deblur = { ...DEBLUR, cuts: [5, 37] };
    const refused = await app.send('PATCH', `/api/clips/${id}/choices`, { deblur });
    expect(await problemOf(refused)).toMatchObject({
      code: 'usage',
      detail: 'There is no frame 37 for a cut: the clip has 37.',
    });
  });
});
