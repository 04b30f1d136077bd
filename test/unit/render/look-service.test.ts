import { describe, expect, it, onTestFinished } from 'vitest';
import { LookService, type LookServiceOptions } from '../../../src/main/render/look-service.ts';
import type { ResolvedRecipe } from '../../../src/main/render/recipe.ts';
import type { RenderClip } from '../../../src/main/render/render-service.ts';
import { AcutanceError } from '../../../src/shared/errors.ts';
import type { LookPart, LookRequest } from '../../../src/shared/inspection.ts';

const SETTINGS = { network: 'cdvd-tsp', size: 'lite', stages: 1, device: 'cpu' } as const;
const RECIPE = 'a'.repeat(32);
const CLIP = { id: 'c'.repeat(32), path: '/clip.mp4', name: 'clip.mp4', frames: 9 } as RenderClip;

function part(label: LookPart['label']): LookPart {
  return { label, fullScale: 1, width: 4, height: 2, png: new Uint8Array(100) };
}

/** A service whose engine answers when it is told to, and its requests. */
function serviceOf(options: { readonly recipe?: string; readonly memoryBytes?: number } = {}) {
  const requests: (LookRequest & { answer: () => void; cancelled: boolean })[] = [];
  let disposed = 0;
  const engine = {
    pid: undefined,
    run: (_kind: string, request: LookRequest, { signal }: { signal: AbortSignal }) =>
      new Promise((resolve, reject) => {
        const entry = {
          ...request,
          cancelled: false,
          answer: () => resolve({ parts: [part('previous'), part('next')] }),
        };
        requests.push(entry);
        signal.addEventListener('abort', () => {
          entry.cancelled = true;
          reject(new AcutanceError('cancelled', 'Cancelled.'));
        });
      }),
    stop: async () => undefined,
    dispose: async () => {
      await Promise.resolve();
      disposed++;
    },
  };
  const resolved = {
    id: options.recipe ?? RECIPE,
    settings: { ...SETTINGS, weights: 'the-hash' },
    weights: { sha256: 'the-hash' },
  };
  const service = new LookService({
    engine: engine as unknown as LookServiceOptions['engine'],
    recipes: { resolve: () => Promise.resolve(resolved as unknown as ResolvedRecipe) },
    memoryBytes: options.memoryBytes,
  });
  onTestFinished(() => service.dispose());
  service.remember(RECIPE, SETTINGS);
  const asked = async (count: number) => expect.poll(() => requests.length, { timeout: 20_000 }).toBe(count);
  return { service, requests, asked, disposed: () => disposed };
}

const wanted = (frame: number, signal?: AbortSignal) =>
  ({ recipe: RECIPE, look: 'flow', frame, signal }) as const;

describe('looks for the screen', () => {
  it('are computed with what the recipe is made of', async () => {
    const { service, requests, asked } = serviceOf();
    const look = service.look(CLIP, wanted(3));
    await asked(1);
    expect(requests[0]).toMatchObject({
      ...{ input: '/clip.mp4', frame: 3, look: 'flow', weightsHash: 'the-hash' },
      deblur: { ...SETTINGS, weights: 'the-hash' },
    });
    requests[0]!.answer();
    expect((await look).map(({ label }) => label)).toEqual(['previous', 'next']);
  });

  it('are computed once, for all who wait and for who comes later', async () => {
    const { service, requests, asked } = serviceOf();
    const both = Promise.all([service.look(CLIP, wanted(3)), service.look(CLIP, wanted(3))]);
    await asked(1);
    requests[0]!.answer();
    const [first, second] = await both;
    expect(second).toBe(first);
    expect(await service.look(CLIP, wanted(3))).toBe(first);
    expect(requests.length).toBe(1);
  });

  it('take no more memory than they may', async () => {
    const { service, requests, asked } = serviceOf({ memoryBytes: 300 });
    for (const [index, frame] of [1, 2, 1].entries()) {
      const look = service.look(CLIP, wanted(frame));
      await asked(index + 1);
      requests[index]!.answer();
      await look;
    }
  });

  it('are given up when nobody waits any more, and the newest goes first', async () => {
    const { service, requests, asked } = serviceOf();
    const leaving = new AbortController();
    const first = service.look(CLIP, wanted(1, leaving.signal));
    await asked(1);
    const others = [service.look(CLIP, wanted(2)), service.look(CLIP, wanted(7))];
    leaving.abort();
    await expect(first).rejects.toMatchObject({ code: 'cancelled' });
    expect(requests[0]!.cancelled).toBe(true);
    await asked(2);
    expect(requests[1]!.frame).toBe(7);
    requests[1]!.answer();
    await asked(3);
    requests[2]!.answer();
    await Promise.all(others);
  });

  it('of recipes that are not known, or mean something else by now, are refused', async () => {
    const { service, requests } = serviceOf();
    const unknown = service.look(CLIP, { ...wanted(1), recipe: 'b'.repeat(32) });
    await expect(unknown).rejects.toMatchObject({ code: 'not-found' });
    const changed = serviceOf({ recipe: 'b'.repeat(32) });
    await expect(changed.service.look(CLIP, wanted(1))).rejects.toMatchObject({ code: 'not-found' });
    expect([requests.length, changed.requests.length]).toEqual([0, 0]);
  });

  it('of frames that a clip does not have are refused', async () => {
    const { service } = serviceOf();
    await expect(service.look(CLIP, wanted(9))).rejects.toMatchObject({
      code: 'not-found',
      message: '"clip.mp4" has no frame 9: it has 9.',
    });
  });

  it('end with the service, and so does their engine', async () => {
    const { service, asked, disposed } = serviceOf();
    const look = service.look(CLIP, wanted(1));
    const refused = expect(look).rejects.toMatchObject({ code: 'cancelled' });
    await asked(1);
    await service.dispose();
    await refused;
    expect(disposed()).toBe(1);
  });
});
