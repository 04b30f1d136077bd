import { beforeEach, describe, expect, it, vi } from 'vitest';
import { UnreachableError } from '../../../../src/renderer/api/client.ts';
import { ChoicesSync } from '../../../../src/renderer/state/choices-sync.ts';
import type { ClipChoices } from '../../../../src/shared/api/clip.ts';
import { AcutanceError } from '../../../../src/shared/errors.ts';
import { CHOICES } from '../support/clip.ts';

const deblur = (strength: number) => ({ deblur: { ...CHOICES.deblur, strength } });
const RANGE = { range: { from: 1, to: 3 } };

describe('ChoicesSync', () => {
  let saves: { change: Partial<ClipChoices>; answer: PromiseWithResolvers<ClipChoices> }[];
  let shown: ClipChoices[];
  let saving: boolean[];
  let failures: unknown[];
  let sync: ChoicesSync;

  beforeEach(() => {
    vi.useFakeTimers();
    [saves, shown, saving, failures] = [[], [], [], []];
    sync = new ChoicesSync({
      initial: CHOICES,
      save: (change) => {
        const answer = Promise.withResolvers<ClipChoices>();
        saves.push({ change, answer });
        return answer.promise;
      },
      onChange: (choices) => shown.push(choices),
      onSaving: (value) => saving.push(value),
      onFailure: (thrown) => failures.push(thrown),
    });
    return () => vi.useRealTimers();
  });

  const rest = () => vi.advanceTimersByTimeAsync(300);

  it('shows a change at once and saves the last of many once', async () => {
    for (const strength of [0.1, 0.2, 0.3]) sync.change(deblur(strength));
    expect(shown.map((choices) => choices.deblur.strength)).toEqual([0.1, 0.2, 0.3]);
    expect(saves).toEqual([]);
    await rest();
    expect(saves.map(({ change }) => change)).toEqual([deblur(0.3)]);
  });

  it('saves only what was changed', async () => {
    sync.change(RANGE);
    await rest();
    expect(saves[0]?.change).toEqual(RANGE);
  });

  it('keeps what is changed here when another window saves something else', () => {
    sync.change(deblur(0.5));
    sync.receive({ ...CHOICES, ...RANGE, ...deblur(0.9) });
    expect(sync.value).toEqual({ ...CHOICES, ...RANGE, ...deblur(0.5) });
  });

  it('keeps a change that is on its way when its predecessor is told back', async () => {
    sync.change(deblur(0.5));
    await rest();
    sync.change(deblur(0.6));
    saves[0]?.answer.resolve({ ...CHOICES, ...deblur(0.5) });
    await rest();
    expect(sync.value.deblur.strength).toBe(0.6);
    expect(saves.map(({ change }) => change)).toEqual([deblur(0.5), deblur(0.6)]);
  });

  it('saves one after the other', async () => {
    sync.change(deblur(0.5));
    await rest();
    sync.change(deblur(0.6));
    await rest();
    expect(saves).toHaveLength(1);
    saves[0]?.answer.resolve({ ...CHOICES, ...deblur(0.5) });
    await rest();
    expect(saves).toHaveLength(2);
  });

  it('goes back to what is saved and tells why when saving fails', async () => {
    sync.change(deblur(0.5));
    await rest();
    saves[0]?.answer.reject(new Error('no'));
    await rest();
    expect(sync.value).toEqual(CHOICES);
    expect(shown.at(-1)).toEqual(CHOICES);
    expect(failures).toEqual([new Error('no')]);
  });

  it.each<[string, AcutanceError]>([
    ['is away', new UnreachableError()],
    ['does not know the clip yet', new AcutanceError('not-found', 'There is no such clip.')],
  ])(
    'keeps what is changed while the server %s, and saves it when it tells of the clip',
    async (_, reason) => {
      sync.change(deblur(0.5));
      await rest();
      saves[0]?.answer.reject(reason);
      await vi.advanceTimersByTimeAsync(0);
      expect(sync.value.deblur.strength).toBe(0.5);
      expect(saving.at(-1)).toBe(true);
      sync.receive({ ...CHOICES, ...RANGE });
      await vi.advanceTimersByTimeAsync(0);
      expect(saves[1]?.change).toEqual(deblur(0.5));
      saves[1]?.answer.resolve({ ...CHOICES, ...RANGE, ...deblur(0.5) });
      await rest();
      expect(sync.value).toEqual({ ...CHOICES, ...RANGE, ...deblur(0.5) });
      expect([failures, saving.at(-1)]).toEqual([[], false]);
    },
  );

  it('tries again by itself what could not be sent, with what was changed since', async () => {
    sync.change(deblur(0.5));
    await rest();
    sync.change(RANGE);
    saves[0]?.answer.reject(new UnreachableError());
    await vi.advanceTimersByTimeAsync(1000);
    expect(saves.map(({ change }) => change)).toEqual([deblur(0.5), { ...deblur(0.5), ...RANGE }]);
  });

  it('says that it is saving until nothing is left to save', async () => {
    sync.change(deblur(0.5));
    await rest();
    expect(saving.at(-1)).toBe(true);
    saves[0]?.answer.resolve(CHOICES);
    await rest();
    expect(saving.at(-1)).toBe(false);
  });
});
