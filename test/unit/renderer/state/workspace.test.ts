import { beforeEach, describe, expect, it } from 'vitest';
import { Sound } from '../../../../src/renderer/state/sound.svelte.ts';
import { Workspace } from '../../../../src/renderer/state/workspace.svelte.ts';
import type { Clip } from '../../../../src/shared/api/clip.ts';
import { CLIP, RECIPE } from '../support/clip.ts';
import { FakeServer, settled } from '../support/server.ts';

const SAMPLE: Clip = { ...CLIP, id: 'd'.repeat(32), path: '/sample.mp4', name: 'sample.mp4', sample: true };

describe('Workspace', () => {
  let server: FakeServer;
  let workspace: Workspace;

  beforeEach(() => {
    server = new FakeServer();
    server.clips[SAMPLE.path] = SAMPLE;
    workspace = new Workspace({ client: server.client, events: server, sound: new Sound() });
    return () => workspace.dispose();
  });

  async function startWith(session: Partial<FakeServer['session']>): Promise<void> {
    server.session = { ...server.session, ...session };
    await workspace.start();
    await settled();
  }

  describe('at its start', () => {
    it('opens the clip that it is told to and starts no work by itself', async () => {
      await startWith({ openPath: CLIP.path });
      expect(workspace.clip?.info.path).toBe(CLIP.path);
      expect(server.jobs).toEqual([]);
    });

    it('shows the sample and deblurs its first two seconds where nothing was opened before', async () => {
      await startWith({ firstStart: true });
      expect(workspace.clip?.info.path).toBe(SAMPLE.path);
      expect(server.bodiesOf('POST /api/jobs')).toEqual([
        expect.objectContaining({ kind: 'preview', clip: SAMPLE.id, range: { from: 0, to: 51 }, startAt: 0 }),
      ]);
    });

    it('deblurs the first seconds of the sample too when the server says which path a first start opens', async () => {
      await startWith({ firstStart: true, openPath: SAMPLE.path });
      expect(server.bodiesOf('POST /api/jobs')).toHaveLength(1);
    });

    it('waits for a server that is not there yet', async () => {
      server.away = true;
      await startWith({ openPath: CLIP.path });
      expect(workspace.session).toBeUndefined();
      server.away = false;
      server.tell({ type: 'reset', launch: 'first' });
      await settled();
      expect(workspace.clip?.info.path).toBe(CLIP.path);
    });

    it('asks again only for what was chosen when the stream of events says where it begins', async () => {
      await startWith({ openPath: CLIP.path });
      const asked = server.requests.length;
      const deblur = { ...CLIP.choices.deblur, stages: 3 };
      server.clips[CLIP.path] = { ...CLIP, choices: { deblur, range: null } };
      server.tell({ type: 'reset', launch: 'first' });
      await settled();
      expect(workspace.clip?.deblur.stages).toBe(3);
      const again = server.requests.slice(asked).map(({ route }) => route);
      expect(again.filter((route) => route.startsWith('GET'))).toEqual(['GET /api/clips/:id']);
    });

    it('leaves the choice to the user otherwise', async () => {
      await startWith({});
      expect(workspace.clip).toBeUndefined();
      expect(workspace.session?.launch).toBe('first');
    });
  });

  describe('with a clip open', () => {
    beforeEach(() => startWith({ openPath: CLIP.path }));

    it('keeps it when another one can’t be opened, and tells why', async () => {
      server.refusal = { code: 'input-corrupt', message: 'b.mp4 is damaged.', hint: 'Try a copy.' };
      await workspace.openPath('/b.mp4');
      expect(workspace.clip?.info.path).toBe(CLIP.path);
      expect(workspace.opening).toBeUndefined();
      expect(workspace.problems.all).toMatchObject([{ code: 'input-corrupt', hint: 'Try a copy.' }]);
    });

    it('ends up with the clip that was asked for last', async () => {
      const first = workspace.openPath(SAMPLE.path);
      const second = workspace.openPath(CLIP.path);
      await Promise.all([first, second]);
      expect(workspace.clip?.info.path).toBe(CLIP.path);
      expect(workspace.problems.all).toEqual([]);
    });

    it('shows a frame as rendered when the server says so, of this clip alone', () => {
      server.tell({ type: 'rendered', clip: SAMPLE.id, recipe: RECIPE, range: { from: 0, to: 1 } });
      expect(workspace.clip?.isRendered(0)).toBe(false);
      server.tell({ type: 'rendered', clip: CLIP.id, recipe: RECIPE, range: { from: 0, to: 1 } });
      expect(workspace.clip?.isRendered(0)).toBe(true);
    });

    it('shows what another window chose', () => {
      const deblur = { ...CLIP.choices.deblur, stages: 3 };
      server.tell({ type: 'choices', clip: CLIP.id, choices: { deblur, range: null } });
      expect(workspace.clip?.deblur.stages).toBe(3);
    });

    it('shows what another window chose while the clip was being opened', async () => {
      const opening = workspace.openPath(SAMPLE.path);
      const deblur = { ...SAMPLE.choices.deblur, stages: 3 };
      server.tell({ type: 'choices', clip: SAMPLE.id, choices: { deblur, range: null } });
      await opening;
      expect(workspace.clip?.info.path).toBe(SAMPLE.path);
      expect(workspace.clip?.deblur.stages).toBe(3);
    });

    it('opens what the system asks for', async () => {
      server.tell({ type: 'open', path: SAMPLE.path });
      await settled();
      expect(workspace.clip?.info.path).toBe(SAMPLE.path);
    });

    it('counts a problem that happens again instead of repeating it', () => {
      const problem = { code: 'disk-full', message: 'The disk is full.' } as const;
      server.tell({ type: 'problem', problem });
      server.tell({ type: 'problem', problem });
      expect(workspace.problems.all).toMatchObject([{ message: 'The disk is full.', count: 2 }]);
      workspace.problems.dismiss(workspace.problems.all[0]!.id);
      expect(workspace.problems.all).toEqual([]);
    });

    it('keeps the screen while the server is away, without calling that a problem', async () => {
      const { clip } = workspace;
      server.connection('reconnecting');
      await workspace.deblur();
      expect(workspace.connection).toBe('reconnecting');
      expect(workspace.clip).toBe(clip);
      expect(workspace.problems.all).toEqual([]);
    });

    it('goes on with a restarted server: opens the clip there and asks for everything anew', async () => {
      const { clip } = workspace;
      clip?.transport.seek(42);
      server.connection('reconnecting');
      server.session = { ...server.session, launch: 'second' };
      server.rendered = [{ from: 0, to: 5 }];
      server.requests.length = 0;
      server.connection('connected');
      server.tell({ type: 'reset', launch: 'second' });
      await settled();
      expect(workspace.session?.launch).toBe('second');
      expect(server.bodiesOf('POST /api/clips')).toEqual([{ path: CLIP.path }]);
      expect(workspace.clip).toBe(clip);
      expect(clip?.transport.index).toBe(42);
      expect(clip?.isRendered(4)).toBe(true);
    });
  });
});
