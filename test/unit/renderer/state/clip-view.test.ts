import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ClipView } from '../../../../src/renderer/state/clip-view.svelte.ts';
import { Jobs } from '../../../../src/renderer/state/jobs.svelte.ts';
import { Sound } from '../../../../src/renderer/state/sound.svelte.ts';
import { Viewport } from '../../../../src/renderer/state/viewport.svelte.ts';
import { CLIP, OTHER_RECIPE, RECIPE } from '../support/clip.ts';
import { FakeServer, settled } from '../support/server.ts';

describe('ClipView', () => {
  let server: FakeServer;
  let problems: unknown[];
  let jobs: Jobs;
  let clip: ClipView;

  beforeEach(async () => {
    server = new FakeServer();
    problems = [];
    jobs = new Jobs(server.client);
    clip = open();
    await settled();
    return () => clip.dispose();
  });

  function open(): ClipView {
    return new ClipView(CLIP, {
      client: server.client,
      jobs,
      viewport: new Viewport(),
      sound: new Sound(),
      report: (thrown) => problems.push(thrown),
    });
  }

  const frame = (index: number) => ({ from: index, to: index + 1 });

  it('asks what the settings come to, and knows what is rendered', async () => {
    server.rendered = [{ from: 2, to: 4 }];
    await clip.refreshRecipe();
    expect(clip.recipe?.recipe).toBe(RECIPE);
    expect([1, 2, 3, 4].map((index) => clip.isRendered(index))).toEqual([false, true, true, false]);
  });

  it('takes in frames as they are rendered, and loses them when they make room', () => {
    clip.receiveRendered('rendered', RECIPE, { from: 0, to: 3 });
    clip.receiveRendered('evicted', RECIPE, frame(1));
    expect(clip.rendered).toEqual([frame(0), frame(2)]);
  });

  it('never takes frames of other settings for its own', () => {
    clip.receiveRendered('rendered', OTHER_RECIPE, { from: 0, to: 3 });
    expect(clip.rendered).toEqual([]);
  });

  it('forgets what was rendered the moment the settings change', async () => {
    clip.receiveRendered('rendered', RECIPE, frame(0));
    server.recipes = () => OTHER_RECIPE;
    clip.changeDeblur({ stages: 1 });
    expect(clip.recipe).toBeUndefined();
    expect(clip.isRendered(0)).toBe(false);
    await settled();
    expect(clip.recipe?.recipe).toBe(OTHER_RECIPE);
    expect(clip.isRendered(0)).toBe(false);
  });

  it('keeps what is rendered when only the strength changes, which is applied when it is shown', async () => {
    clip.receiveRendered('rendered', RECIPE, frame(0));
    const asked = server.requests.length;
    clip.changeDeblur({ strength: 0.4 });
    await settled();
    expect(clip.isRendered(0)).toBe(true);
    expect(server.requests).toHaveLength(asked);
  });

  it('takes in frames that were told of before the answer that names their recipe', async () => {
    server.recipes = () => OTHER_RECIPE;
    clip.changeDeblur({ stages: 3 });
    clip.receiveRendered('rendered', OTHER_RECIPE, frame(5));
    await settled();
    expect(clip.isRendered(5)).toBe(true);
  });

  it('heeds only the answer to the latest settings', async () => {
    server.recipes = (body) => ((body as { stages: number }).stages === 1 ? RECIPE : OTHER_RECIPE);
    clip.changeDeblur({ stages: 1 });
    clip.changeDeblur({ stages: 3 });
    await settled();
    expect(clip.recipe?.recipe).toBe(OTHER_RECIPE);
    expect(problems).toEqual([]);
  });

  it('keeps what it knows while the server is away', async () => {
    clip.receiveRendered('rendered', RECIPE, frame(0));
    server.away = true;
    await clip.refreshRecipe();
    expect(clip.isRendered(0)).toBe(true);
    expect(problems).toEqual([]);
  });

  it('plays by the times of the frames', () => {
    expect(clip.transport.times.at(50)).toBe(2);
  });

  describe('in and out point', () => {
    beforeEach(() => {
      vi.useFakeTimers();
      return () => vi.useRealTimers();
    });

    it('include both frames that were marked', () => {
      clip.markIn(10);
      clip.markOut(19);
      expect(clip.range).toEqual({ from: 10, to: 20 });
    });

    it('push each other away rather than cross', () => {
      clip.markIn(10);
      clip.markOut(5);
      expect(clip.range).toEqual({ from: 0, to: 6 });
      clip.markIn(50);
      expect(clip.range).toEqual({ from: 50, to: 100 });
    });

    it('that hold the whole clip are none', () => {
      clip.markIn(10);
      clip.markIn(0);
      expect(clip.range).toBeNull();
    });

    it('are the frames to work on, with how many of them are rendered', () => {
      clip.receiveRendered('rendered', RECIPE, { from: 0, to: 12 });
      clip.markIn(10);
      expect(clip.workRange).toEqual({ from: 10, to: 100 });
      expect(clip.renderedInWorkRange).toBe(2);
    });
  });

  it('starts a preview with what was chosen last, from the playhead on', async () => {
    clip.changeDeblur({ stages: 1 });
    clip.transport.seek(30);
    await clip.startPreview({ from: 20, to: 40 });
    expect(server.bodiesOf('PATCH /api/clips/:id/choices')).toHaveLength(1);
    expect(server.bodiesOf('POST /api/jobs')).toEqual([
      {
        kind: 'preview',
        clip: CLIP.id,
        deblur: { ...CLIP.choices.deblur, stages: 1 },
        range: { from: 20, to: 40 },
        startAt: 30,
      },
    ]);
    expect(clip.previewJob?.id).toBe('job0');
  });

  it('ends a preview of other settings for one with those that are chosen', async () => {
    const running = await clip.startPreview();
    jobs.apply({ ...running, state: 'running', recipe: RECIPE });
    expect(clip.previewIsOutdated).toBe(false);
    server.recipes = () => OTHER_RECIPE;
    clip.changeDeblur({ stages: 1 });
    await settled();
    expect(clip.previewIsOutdated).toBe(true);
    await clip.startPreview();
    expect(jobs.all.map(({ state }) => state)).toEqual(['cancelled', 'queued']);
    expect(clip.previewJob?.id).toBe('job1');
    expect(clip.previewIsOutdated).toBe(false);
  });

  it('saves on its way out what was not saved yet', async () => {
    clip.changeDeblur({ strength: 0.2 });
    clip.dispose();
    await settled();
    expect(server.bodiesOf('PATCH /api/clips/:id/choices')).toEqual([
      { deblur: { ...CLIP.choices.deblur, strength: 0.2 } },
    ]);
  });
});
