import { beforeEach, describe, expect, it } from 'vitest';
import { cutsText } from '../../../../src/renderer/inspector/cuts-text.ts';
import { ClipView } from '../../../../src/renderer/state/clip-view.svelte.ts';
import { Jobs } from '../../../../src/renderer/state/jobs.svelte.ts';
import type { SceneCuts } from '../../../../src/renderer/state/scene-cuts.svelte.ts';
import { Sound } from '../../../../src/renderer/state/sound.svelte.ts';
import { Viewport } from '../../../../src/renderer/state/viewport.svelte.ts';
import type { ClipDeblurSettings } from '../../../../src/shared/api/clip.ts';
import { CHOICES, CLIP } from '../support/clip.ts';
import { FakeServer, settled } from '../support/server.ts';

const ASK = 'GET /api/clips/:id/cuts';
const STOP = 'DELETE /api/clips/:id/cuts/search';

describe('SceneCuts', () => {
  let server: FakeServer;
  let problems: unknown[];
  let clip: ClipView;
  let cuts: SceneCuts;

  beforeEach(async () => {
    server = new FakeServer();
    server.cuts = { state: 'found', cuts: [20, 60] };
    problems = [];
    await open();
    return () => clip.dispose();
  });

  async function open(setting?: ClipDeblurSettings['cuts']): Promise<void> {
    const choices = { ...CHOICES, deblur: { ...CHOICES.deblur, cuts: setting } };
    clip = new ClipView(
      { ...CLIP, choices },
      {
        client: server.client,
        jobs: new Jobs(server.client),
        viewport: new Viewport(),
        sound: new Sound(),
        report: (thrown) => problems.push(thrown),
      },
    );
    cuts = clip.sceneCuts;
    await settled();
  }

  const asked = (route: string) => server.bodiesOf(route).length;
  const setting = () => clip.deblur.cuts;

  it('are those that are found, and that is said', () => {
    expect(cuts.mode).toBe('detected');
    expect(cuts.frames).toEqual([20, 60]);
    expect(cutsText(cuts)).toBe('2 cuts');
    expect([cuts.has(20), cuts.has(21)]).toEqual([true, false]);
  });

  it('are none until they are known, and can’t be changed until then', async () => {
    server.cuts = { state: 'looking', framesDone: 0 };
    await open();
    expect([cuts.known, cuts.frames, cuts.canAdd(5)]).toEqual([false, [], false]);
    expect(cutsText(cuts)).toBe('Looking for cuts');
    cuts.add(5);
    expect(setting()).toBeUndefined();
    cuts.receive({ state: 'looking', framesDone: 34 });
    expect(cutsText(cuts)).toBe('Looking for cuts, 34 %');
    cuts.receive({ state: 'found', cuts: [7] });
    expect([cuts.known, cuts.frames, cutsText(cuts)]).toEqual([true, [7], '1 cut']);
  });

  it('are gone to one after the other, and beyond the last ones to the ends of the clip', () => {
    const before = [99, 60, 20, 0].map((frame) => cuts.before(frame));
    expect(before).toEqual([60, 20, 0, 0]);
    expect([0, 20, 60, 99].map((frame) => cuts.after(frame))).toEqual([20, 60, 99, 99]);
  });

  it('are edited from those that were found', () => {
    cuts.add(40);
    expect(cuts.mode).toBe('edited');
    expect(setting()).toEqual([20, 40, 60]);
    cuts.remove(20);
    expect(setting()).toEqual([40, 60]);
    expect(cutsText(cuts)).toBe('2 cuts');
  });

  it('are never at the start, behind the end, or twice in a place', () => {
    for (const frame of [-1, 0, 20, 100]) {
      expect(cuts.canAdd(frame)).toBe(false);
      cuts.add(frame);
    }
    cuts.remove(21);
    expect(setting()).toBeUndefined();
  });

  it('count as found again when they are what was found', () => {
    cuts.remove(20);
    expect(cuts.mode).toBe('edited');
    cuts.add(20);
    expect(cuts.mode).toBe('detected');
    expect(setting()).toBe('detect');
  });

  it('can be put back step by step', () => {
    expect(cuts.canUndo).toBe(false);
    cuts.remove(20);
    cuts.remove(60);
    expect(cutsText(cuts)).toBe('No cuts');
    cuts.choose('off');
    cuts.undo();
    expect(setting()).toEqual([]);
    cuts.undo();
    cuts.undo();
    expect([cuts.mode, cuts.frames, cuts.canUndo]).toEqual(['detected', [20, 60], false]);
  });

  it('are not put back over what another window has changed', () => {
    cuts.remove(20);
    clip.receiveChoices({ ...CHOICES, deblur: { ...CHOICES.deblur, cuts: [5] } });
    // This window's own change is still on its way, and goes over the other's.
    expect(cuts.canUndo).toBe(true);
    return clip.saveChoices().then(() => {
      clip.receiveChoices({ ...CHOICES, deblur: { ...CHOICES.deblur, cuts: [5] } });
      expect([cuts.frames, cuts.canUndo]).toEqual([[5], false]);
      cuts.undo();
      expect(cuts.frames).toEqual([5]);
    });
  });

  it('are those that were edited last when one goes back to editing', () => {
    cuts.add(40);
    cuts.choose('detected');
    expect(cuts.frames).toEqual([20, 60]);
    cuts.choose('off');
    expect([cuts.frames, cutsText(cuts)]).toEqual([[], 'One shot']);
    cuts.choose('edited');
    expect(cuts.frames).toEqual([20, 40, 60]);
  });

  it('are edited from those that were found when nothing was edited before, and stay so', () => {
    cuts.choose('edited');
    expect([cuts.mode, setting()]).toEqual(['edited', [20, 60]]);
  });

  it('are not looked for where they are not wanted, and looked for as soon as they are', async () => {
    const before = asked(ASK);
    await open('none');
    cuts.add(30);
    expect(setting()).toEqual([30]);
    await settled();
    expect(asked(ASK)).toBe(before);
    cuts.choose('detected');
    await settled();
    expect(asked(ASK)).toBe(before + 1);
    expect(cuts.frames).toEqual([20, 60]);
  });

  it('are no longer looked for once they are switched off, and looked for again when another window asks', async () => {
    server.cuts = { state: 'looking', framesDone: 5 };
    await open();
    cuts.choose('off');
    await settled();
    expect(asked(STOP)).toBe(1);
    server.cuts = { state: 'looking', framesDone: 5 };
    clip.receiveChoices(CHOICES);
    await clip.saveChoices();
    clip.receiveChoices(CHOICES);
    await settled();
    expect(cutsText(cuts)).toBe('Looking for cuts, 5 %');
  });

  it('go on being looked for when another window has stopped that', async () => {
    server.cuts = { state: 'looking', framesDone: 5 };
    await open();
    const before = asked(ASK);
    cuts.receive({ state: 'stopped', framesDone: 6 });
    await settled();
    expect(asked(ASK)).toBe(before + 1);
  });

  it('are not looked for any more when the clip is closed, unless they are known', async () => {
    clip.dispose();
    expect(asked(STOP)).toBe(0);
    server.cuts = { state: 'looking', framesDone: 5 };
    await open();
    clip.dispose();
    expect(asked(STOP)).toBe(1);
    cuts.receive({ state: 'stopped', framesDone: 6 });
    const before = asked(ASK);
    await settled();
    expect(asked(ASK)).toBe(before);
  });

  it('that can’t be found can be set by hand', () => {
    cuts.receive({ state: 'failed', problem: { code: 'input-corrupt', message: 'It is damaged.' } });
    expect(cutsText(cuts)).toBe('Not found');
    cuts.add(30);
    expect([cuts.mode, cuts.frames]).toEqual(['edited', [30]]);
    cuts.undo();
    expect(cutsText(cuts)).toBe('Not found');
    expect(problems).toEqual([]);
  });
});
