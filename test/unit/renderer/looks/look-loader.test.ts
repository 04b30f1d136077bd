import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  LookLoader,
  type LoadedLook,
  type LookRef,
} from '../../../../src/renderer/looks/look-loader.svelte.ts';
import { AcutanceError } from '../../../../src/shared/errors.ts';
import { madePicture, type MadePicture } from '../support/picture.ts';

const REF: LookRef = { clip: 'clip', recipe: 'recipe', name: 'flow', part: 'next', index: 4 };
const at = (index: number): LookRef => ({ ...REF, index });

interface Request {
  readonly ref: LookRef;
  readonly signal: AbortSignal;
  readonly answer: (loaded: LoadedLook<MadePicture>) => void;
  readonly refuse: (thrown: unknown) => void;
}

function loaderOf() {
  const requests: Request[] = [];
  const forgotten: LookRef[] = [];
  const loader = new LookLoader<MadePicture>({
    load: (ref, signal) =>
      new Promise((answer, refuse) => {
        requests.push({ ref, signal, answer, refuse });
        signal.addEventListener('abort', () => refuse(signal.reason as Error));
      }),
    onForgotten: (ref) => forgotten.push(ref),
  });
  const answer = async (index: number, picture = madePicture(`picture ${index}`)) => {
    requests[index]!.answer({ picture, fullScale: index + 1 });
    await vi.advanceTimersByTimeAsync(0);
    return picture;
  };
  const refuse = async (index: number, thrown: unknown) => {
    requests[index]!.refuse(thrown);
    await vi.advanceTimersByTimeAsync(0);
  };
  return { loader, requests, forgotten, answer, refuse };
}

const soon = () => vi.advanceTimersByTimeAsync(1);
const rest = () => vi.advanceTimersByTimeAsync(1000);

describe('what is looked at', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is fetched at once when it is chosen, and shown with its scale', async () => {
    const { loader, requests, answer } = loaderOf();
    loader.want(REF);
    expect([loader.waiting, loader.shown]).toEqual([true, undefined]);
    await soon();
    expect(requests.map(({ ref }) => ref)).toEqual([REF]);
    const picture = await answer(0);
    expect(loader.waiting).toBe(false);
    expect(loader.shown).toEqual({ ref: REF, picture, fullScale: 1 });
  });

  it('is fetched for another frame once the playhead rests', async () => {
    const { loader, requests, answer } = loaderOf();
    loader.want(REF);
    await soon();
    await answer(0);
    for (const index of [5, 6, 7]) {
      loader.want(at(index));
      // Nothing is laid over a frame that it does not belong to.
      expect(loader.shown).toBeUndefined();
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(requests.length).toBe(1);
    await rest();
    expect(requests.map(({ ref }) => ref.index)).toEqual([4, 7]);
  });

  it('is called off when something else is wanted, and what comes all the same is closed', async () => {
    const { loader, requests } = loaderOf();
    loader.want(REF);
    await soon();
    loader.want({ ...REF, name: 'mask' });
    expect(requests[0]!.signal.aborted).toBe(true);
    await soon();
    expect(requests[1]!.ref.name).toBe('mask');
    loader.want(undefined);
    await soon();
    expect([requests[1]!.signal.aborted, loader.waiting, loader.problem]).toEqual([true, false, undefined]);
  });

  it('is kept for the way back', async () => {
    const { loader, requests, answer } = loaderOf();
    loader.want(REF);
    await soon();
    const picture = await answer(0);
    loader.want(at(5));
    loader.want(REF);
    expect([loader.shown?.picture, loader.waiting]).toEqual([picture, false]);
    await rest();
    expect(requests.length).toBe(1);
    loader.dispose();
    expect(picture.closed).toBe(true);
  });

  it('tells why it can’t be had, and is tried again when it is wanted again', async () => {
    const { loader, requests, refuse, answer } = loaderOf();
    loader.want(REF);
    await soon();
    await refuse(0, new AcutanceError('out-of-memory', 'Not enough memory.'));
    expect([loader.problem?.message, loader.waiting]).toEqual(['Not enough memory.', false]);
    loader.want({ ...REF });
    expect(loader.problem).toBeUndefined();
    await soon();
    await answer(1);
    expect(loader.shown?.fullScale).toBe(2);
    loader.want({ ...REF });
    await rest();
    expect(requests.length).toBe(2);
  });

  it('has its recipe asked for anew where the server has forgotten it, once', async () => {
    const { loader, forgotten, refuse } = loaderOf();
    const gone = new AcutanceError('not-found', 'Not known any more.');
    loader.want(REF);
    await soon();
    await refuse(0, gone);
    expect(forgotten).toEqual([REF]);
    loader.want({ ...REF });
    await soon();
    await refuse(1, gone);
    expect(forgotten.length).toBe(1);
    expect(loader.problem?.message).toBe('Not known any more.');
  });
});
