import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { WeightStore } from '../../../src/main/inference/weights/weight-store.ts';
import { shippedWeightsFolder } from '../../../src/main/render/installation.ts';
import { RecipeResolver } from '../../../src/main/render/recipe.ts';
import { networks } from '../../../src/networks/catalogue.ts';
import type { DeviceReport } from '../../../src/shared/devices.ts';
import { DEFAULT_DEBLUR_SETTINGS, type DeblurSettings } from '../../../src/shared/settings.ts';

const userFolder = mkdtempSync(join(tmpdir(), 'acutance-weights-'));
afterAll(() => rmSync(userFolder, { recursive: true, force: true }));

const store = new WeightStore({ userFolder, shippedFolder: shippedWeightsFolder(), networks });

function device(name: string, change: Partial<DeviceReport> = {}): DeviceReport {
  return { device: name, name: undefined, usable: true, software: false, reason: undefined, ...change };
}

function resolver(...devices: DeviceReport[]) {
  let asked = 0;
  const recipes = new RecipeResolver({
    weights: async () => store,
    devices: async () => {
      asked++;
      return devices;
    },
  });
  return {
    asked: () => asked,
    resolve: (change: Partial<DeblurSettings> = {}) =>
      recipes.resolve({ ...DEFAULT_DEBLUR_SETTINGS, device: 'cpu', ...change }),
  };
}

describe('a recipe', () => {
  it('has 32 hexadecimal digits, the same for the same settings', async () => {
    const { resolve } = resolver();
    const { id } = await resolve();
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect((await resolve()).id).toBe(id);
  });

  it('does not depend on the strength, nor on how the same thing is said', async () => {
    const { resolve } = resolver();
    const { id, weights } = await resolve();
    expect((await resolve({ strength: 0.3 })).id).toBe(id);
    expect((await resolve({ weights: weights.id })).id).toBe(id);
    expect((await resolve({ weights: weights.sha256 })).id).toBe(id);
    expect((await resolve({ alignCorners: weights.alignCorners })).id).toBe(id);
    expect((await resolve({ ensemble: 1 })).id).toBe(id);
  });

  it('depends on everything that can change a pixel', async () => {
    const { resolve } = resolver(device('webgpu'));
    const ids = [
      await resolve(),
      await resolve({ stages: 1 }),
      await resolve({ device: 'webgpu' }),
      await resolve({ tile: 256 }),
      await resolve({ ensemble: 4 }),
      await resolve({ ensemble: 8 }),
      await resolve({ alignCorners: !(await resolve()).weights.alignCorners }),
    ].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('depends on where shots begin, where the network looks at more than one frame', async () => {
    const { resolve } = resolver();
    const { id } = await resolve();
    const none = await resolve({ cuts: 'none' });
    const given = await resolve({ cuts: [7, 3, { numerator: 1, denominator: 2 }] });
    expect((await resolve({ cuts: 'detect' })).id).toBe(id);
    expect((await resolve({ cuts: [] })).id).toBe(none.id);
    expect((await resolve({ cuts: [{ numerator: 1, denominator: 2 }, 3, 7, 3] })).id).toBe(given.id);
    expect(new Set([id, none.id, given.id, (await resolve({ cuts: [3] })).id]).size).toBe(4);
    const record = { id: 'w', sha256: 'w', name: 'w', network: 'mlfa', size: 'lite', alignCorners: true };
    const single = new RecipeResolver({
      weights: async () => ({ find: async () => record }) as unknown as WeightStore,
      devices: async () => [],
    });
    const settings = { network: 'mlfa', size: 'lite', stages: 1, device: 'cpu' } as const;
    expect((await single.resolve({ ...settings, cuts: [3] })).id).toBe((await single.resolve(settings)).id);
    const both = { ...settings, stages: 2 };
    expect((await single.resolve({ ...both, cuts: [3] })).id).not.toBe((await single.resolve(both)).id);
  });

  it('depends on the options of its network, unless they are as usual', async () => {
    const { sha256 } = (await resolver().resolve()).weights;
    const record = { id: 'w', sha256, name: 'w', network: 'pvdnet', size: 'lite', alignCorners: true };
    const pvdnet = new RecipeResolver({
      weights: async () => ({ find: async () => record }) as unknown as WeightStore,
      devices: async () => [],
    });
    const settings = { network: 'pvdnet', size: 'lite', stages: 1, device: 'cpu' } as const;
    const usual = await pvdnet.resolve(settings);
    const still = await pvdnet.resolve({ ...settings, motion: false });
    expect((await pvdnet.resolve({ ...settings, motion: true })).id).toBe(usual.id);
    expect(still.id).not.toBe(usual.id);
    expect(still.settings.motion).toBe(false);
  });

  it('settles which device "auto" is, and names it', async () => {
    const { resolve } = resolver(
      device('cuda', { usable: false, reason: 'no driver' }),
      device('webgpu', { software: true }),
      device('cpu'),
    );
    const auto = await resolve({ device: 'auto' });
    expect(auto.device).toBe('cpu');
    expect(auto.settings.device).toBe('cpu');
    expect(auto.id).toBe((await resolve()).id);
  });

  it('does not look at the devices for the processor', async () => {
    const { resolve, asked } = resolver();
    await resolve();
    expect(asked()).toBe(0);
  });
});

describe('settings that can not be carried out', () => {
  it.each([
    ['a network', { network: 'none-such' }, 'usage', 'none-such'],
    ['a size', { size: 'giant' }, 'usage', 'giant'],
    ['a number of stages', { stages: 9 }, 'usage', '9'],
    ['an option', { motion: false }, 'usage', 'motion'],
    ['weights', { weights: 'none-such' }, 'weights-missing', 'none-such'],
    ['weights of this size', { size: 'paper' }, 'weights-missing', 'paper'],
    ['a device', { device: 'webgpu' as const }, 'device-unavailable', 'webgpu'],
  ])('name %s that does not exist, and say what to do', async (_, change, code, named) => {
    const { resolve } = resolver(device('webgpu', { usable: false, reason: 'no driver' }));
    await expect(resolve(change)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(named),
      hint: expect.stringMatching(/\w/),
    });
  });

  it('are never looked for outside the listed weights', async () => {
    await expect(resolver().resolve({ weights: '/etc/passwd' })).rejects.toMatchObject({
      code: 'weights-missing',
    });
  });

  it('name weights of another size', async () => {
    const { resolve } = resolver();
    const { weights } = await resolve();
    await expect(resolve({ size: 'paper', weights: weights.id })).rejects.toMatchObject({
      code: 'weights-mismatch',
    });
  });
});
