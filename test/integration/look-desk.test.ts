import { afterEach, describe, expect, it, vi } from 'vitest';
import { OnnxRuntimeRuntime } from '../../src/main/inference/onnxruntime-runtime.ts';
import { FrameSource } from '../../src/main/media/index.ts';
import { DeblurrerCache } from '../../src/main/render/deblurrer-cache.ts';
import type { JobContext } from '../../src/main/render/engine-server.ts';
import { openInstalledWeights } from '../../src/main/render/installed-weights.ts';
import { LookDesk } from '../../src/main/render/look-desk.ts';
import type { LookName } from '../../src/shared/looks.ts';
import { fixture } from './support/media-copy.ts';

const DEBLUR = { network: 'cdvd-tsp', size: 'lite', stages: 2, device: 'cpu' } as const;

const disposals: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const dispose of disposals.splice(0)) await dispose();
});

/** A desk over a real network, how often it was begun to restore something, and how often one was loaded. */
async function start() {
  const runtime = new OnnxRuntimeRuntime();
  const sessions = vi.spyOn(runtime, 'createSession');
  const deblurrers = new DeblurrerCache(runtime, openInstalledWeights());
  disposals.push(() => deblurrers.dispose());
  const acquired = vi.spyOn(deblurrers, 'acquire');
  const source = await FrameSource.open(fixture('vfr.mp4'));
  const { index } = source;
  await source.dispose();
  const { sha256: weightsHash } = await openInstalledWeights().find(DEBLUR);
  const desk = new LookDesk();
  const phases: string[] = [];
  const look = (name: LookName, frame: number, change: { readonly weightsHash?: string } = {}) => {
    const { signal } = new AbortController();
    const context = { signal, phase: (phase: string) => phases.push(phase) } as unknown as JobContext;
    const request = { input: fixture('vfr.mp4'), index, frame, deblur: DEBLUR, weightsHash, look: name };
    return desk.look({ ...request, ...change }, context, deblurrers);
  };
  return { look, acquired, sessions };
}

describe('looks in the engine', () => {
  it('restore a frame once for all that it shows, and load the network once for all frames', async () => {
    const { look, acquired, sessions } = await start();
    const flow = await look('flow', 2);
    const loaded = sessions.mock.calls.length;
    expect(flow.parts.map(({ label }) => label)).toEqual(['previous', 'next']);
    for (const name of ['mask', 'prior', 'stage1', 'flow'] as const) await look(name, 2);
    expect(acquired).toHaveBeenCalledTimes(1);
    await look('prior', 3);
    expect(acquired).toHaveBeenCalledTimes(2);
    expect(sessions).toHaveBeenCalledTimes(loaded);
  });

  it('of weights that have changed are refused', async () => {
    const { look } = await start();
    await expect(look('flow', 0, { weightsHash: 'f'.repeat(64) })).rejects.toMatchObject({
      code: 'weights-mismatch',
    });
  });
});
