import { copyFileSync, mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OnnxRuntimeRuntime } from '../../../src/main/inference/onnxruntime-runtime.ts';
import type { Runtime, Session } from '../../../src/main/inference/runtime.ts';
import { WeightStore } from '../../../src/main/inference/weights/weight-store.ts';
import { DeblurrerCache, type LoadedDeblurrer } from '../../../src/main/render/deblurrer-cache.ts';
import { shippedWeightsFolder } from '../../../src/main/render/installation.ts';
import { networks } from '../../../src/networks/catalogue.ts';
import { AcutanceError } from '../../../src/shared/errors.ts';
import { DEFAULT_DEBLUR_SETTINGS, type DeblurSettings } from '../../../src/shared/settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'acutance-weights-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const weights = new WeightStore({ userFolder: folder, shippedFolder: shippedWeightsFolder(), networks });
const settings: DeblurSettings = { ...DEFAULT_DEBLUR_SETTINGS, stages: 1, device: 'cpu' };
const frame = { height: 16, width: 16 };
const { signal } = new AbortController();

/** Sessions that exist now, and the most that ever did. */
let alive: number;
let made: number;
let failing: boolean;
let cache: DeblurrerCache;

beforeEach(() => {
  [alive, made, failing] = [0, 0, false];
  cache = new DeblurrerCache(countingRuntime(), weights);
});

afterEach(() => cache.dispose());

/** The real runtime, whose sessions are counted and may be made to fail. */
function countingRuntime(): Runtime {
  const runtime = new OnnxRuntimeRuntime();
  return {
    id: 'counting',
    devices: () => runtime.devices(),
    device: (device) => runtime.device(device),
    createSession: async (model, device, options) => {
      const session: Session = await runtime.createSession(model, device, options);
      alive++;
      made++;
      return {
        inputNames: session.inputNames,
        outputNames: session.outputNames,
        outputs: session.outputs,
        run: (feeds, given) =>
          failing
            ? Promise.reject(new AcutanceError('out-of-memory', 'No memory.'))
            : session.run(feeds, given),
        dispose: async () => {
          alive--;
          await session.dispose();
        },
      };
    },
  };
}

async function* grey(count: number): AsyncGenerator<Float32Array, void, undefined> {
  for (let i = 0; i < count; i++) yield new Float32Array(3 * 16 * 16).fill(0.5);
}

async function restore(deblurrer: LoadedDeblurrer): Promise<number> {
  let frames = 0;
  for await (const restored of deblurrer.process(grey(3), { signal })) frames += Math.sign(restored.length);
  return frames;
}

describe('the network of the last job', () => {
  it('stays loaded for the next one with the same settings; strength is not among them', async () => {
    const first = await cache.acquire(settings, frame, { signal });
    expect(await restore(first)).toBe(3);
    await first.release();
    const loaded = made;
    const second = await cache.acquire({ ...settings, strength: 0.5 }, frame, { signal });
    expect(made).toBe(loaded);
    expect(second.runSeconds()).toBe(0);
    expect(await restore(second)).toBe(3);
    const seconds = second.runSeconds();
    expect(seconds).toBeGreaterThan(0);
    await second.release();
    expect(second.runSeconds()).toBe(seconds);
  });

  it.each([
    ['frame size', settings, { height: 24, width: 16 }],
    ['number of stages', { ...settings, stages: 2 }, frame],
    ['sampling convention', { ...settings, alignCorners: false }, frame],
  ])('is freed before one with another %s is loaded', async (_, otherSettings, otherFrame) => {
    await (await cache.acquire(settings, frame, { signal })).release();
    const [loaded, before] = [made, alive];
    const other = await cache.acquire(otherSettings, otherFrame, { signal });
    expect(made).toBe(2 * loaded);
    expect(alive).toBe(before);
    await other.release();
  });

  it('is loaded anew when the file of its weights has changed', async () => {
    const file = join(folder, 'mine.safetensors');
    copyFileSync(join(shippedWeightsFolder(), 'cdvd-tsp-lite.safetensors'), file);
    const own = { ...settings, weights: file };
    await (await cache.acquire(own, frame, { signal })).release();
    const loaded = made;
    await (await cache.acquire(own, frame, { signal })).release();
    expect(made).toBe(loaded);
    utimesSync(file, 1, 1);
    await (await cache.acquire(own, frame, { signal })).release();
    expect(made).toBe(2 * loaded);
  });

  it('is not trusted after a failure', async () => {
    const deblurrer = await cache.acquire(settings, frame, { signal });
    failing = true;
    await expect(restore(deblurrer)).rejects.toMatchObject({ code: 'out-of-memory' });
    await deblurrer.release();
    expect(alive).toBe(0);
    failing = false;
    const next = await cache.acquire(settings, frame, { signal });
    expect(await restore(next)).toBe(3);
    await next.release();
  });

  it('survives a job that was cancelled half way', async () => {
    const deblurrer = await cache.acquire(settings, frame, { signal });
    const loaded = made;
    const frames = deblurrer.process(grey(5), { signal: AbortSignal.abort() });
    await expect(frames.next()).rejects.toMatchObject({ code: 'cancelled' });
    await deblurrer.release();
    const next = await cache.acquire(settings, frame, { signal });
    expect(made).toBe(loaded);
    expect(await restore(next)).toBe(3);
    await next.release();
  });

  it('belongs to one job at a time', async () => {
    const deblurrer = await cache.acquire(settings, frame, { signal });
    await expect(cache.acquire(settings, frame, { signal })).rejects.toMatchObject({ code: 'internal' });
    await deblurrer.release();
    await (await cache.acquire(settings, frame, { signal })).release();
  });

  it('may be asked for again after settings that can not be carried out', async () => {
    await expect(cache.acquire({ ...settings, size: 'giant' }, frame, { signal })).rejects.toThrow(/giant/);
    await (await cache.acquire(settings, frame, { signal })).release();
  });

  it.each([
    ['a size', { network: 'erdn', size: 'small' }],
    ['a number of stages', { network: 'mlfa', size: 'paper', stages: 3 }],
  ])('is not looked for among weights where it has no such thing as %s', async (_, impossible) => {
    await expect(cache.acquire({ ...settings, ...impossible }, frame, { signal })).rejects.toMatchObject({
      code: 'usage',
    });
  });

  it('is freed at the end', async () => {
    await (await cache.acquire(settings, frame, { signal })).release();
    expect(alive).toBeGreaterThan(0);
    await cache.dispose();
    expect(alive).toBe(0);
  });
});
