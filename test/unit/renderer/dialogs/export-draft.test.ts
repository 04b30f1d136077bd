import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ExportDraft } from '../../../../src/renderer/dialogs/export-draft.svelte.ts';
import { exportSummary } from '../../../../src/renderer/dialogs/export-summary.ts';
import { openedHere } from '../../../../src/renderer/dialogs/opened-here.ts';
import type { ClipView } from '../../../../src/renderer/state/clip-view.svelte.ts';
import { Sound } from '../../../../src/renderer/state/sound.svelte.ts';
import { Workspace } from '../../../../src/renderer/state/workspace.svelte.ts';
import type { Folder } from '../../../../src/shared/api/catalogue.ts';
import type { DesktopBridge } from '../../../../src/shared/desktop-bridge.ts';
import { CLIP } from '../support/clip.ts';
import { FakeServer, settled } from '../support/server.ts';

const folderOfClip = CLIP.path.slice(0, CLIP.path.lastIndexOf('/')) || '/';
const suggested = CLIP.name.replace('.mp4', '-deblurred.mp4');

let server: FakeServer;
let workspace: Workspace;
let clip: ClipView;
let files: string[];
const bridge = { chooseOutput: vi.fn<DesktopBridge['chooseOutput']>(), onNotice: () => () => undefined };

beforeEach(async () => {
  server = new FakeServer();
  server.session = { ...server.session, openPath: CLIP.path };
  files = [];
  const folder = async (): Promise<Folder> => ({
    path: folderOfClip,
    truncated: false,
    entries: files.map((path) => ({ name: path, path, kind: 'file', video: true })),
  });
  workspace = new Workspace({
    client: { ...server.client, folder },
    events: server,
    sound: new Sound(),
    bridge: bridge as unknown as DesktopBridge,
  });
  await workspace.start();
  await settled();
  clip = workspace.clip!;
  clip.setRange({ from: 2, to: 9 });
  return () => workspace.dispose();
});

const orders = () => server.bodiesOf('POST /api/jobs');

describe('an export that is put together', () => {
  it('begins next to the clip, under a name of its own', () => {
    const draft = new ExportDraft(workspace, clip);
    expect(draft.form).toMatchObject({ folder: folderOfClip, name: suggested, preset: 'h264' });
    expect(draft.problem).toBeUndefined();
  });

  it('lets the suggested name follow what is chosen, but never a typed one', () => {
    const draft = new ExportDraft(workspace, clip);
    draft.change({ deblurred: false, preset: 'ffv1' });
    expect(draft.form.name).toBe(CLIP.name.replace('.mp4', '-copy.mkv'));
    draft.change({ name: 'mine.mkv' });
    draft.change({ preset: 'prores', deblurred: true });
    expect(draft.form.name).toBe('mine.mkv');
    draft.change({ preset: 'h264' });
    draft.change({ name: 'mine.mp4' });
    draft.change({ preset: 'prores' });
    expect(draft.form.name).toBe('mine.mov');
  });

  it('orders what the inspector shows', async () => {
    clip.changeDeblur({ strength: 0.5 });
    await new ExportDraft(workspace, clip).start(false);
    expect(orders()).toEqual([
      expect.objectContaining({
        kind: 'export',
        range: { from: 2, to: 9 },
        deblur: expect.objectContaining({ strength: 0.5 }),
        overwrite: false,
      }),
    ]);
  });

  it('asks before it replaces a file', async () => {
    const draft = new ExportDraft(workspace, clip);
    files = [`${folderOfClip === '/' ? '' : folderOfClip}/${suggested}`];
    await expect(draft.start(false)).rejects.toMatchObject({ code: 'output-exists' });
    expect(orders()).toEqual([]);
    await draft.start(true);
    expect(orders()).toEqual([expect.objectContaining({ overwrite: true })]);
  });

  it('does not ask again about a file that the system’s dialog has asked about', async () => {
    const draft = new ExportDraft(workspace, clip);
    files = ['/else/where.mp4'];
    bridge.chooseOutput.mockResolvedValueOnce('/else/where.mp4');
    await draft.chooseNatively();
    expect(draft.form).toMatchObject({ folder: '/else', name: 'where.mp4' });
    await draft.start(false);
    expect(orders()).toEqual([expect.objectContaining({ output: '/else/where.mp4', overwrite: true })]);
  });

  it('asks again when the name was changed after that', async () => {
    const draft = new ExportDraft(workspace, clip);
    files = ['/else/other.mp4'];
    bridge.chooseOutput.mockResolvedValueOnce('/else/where.mp4');
    await draft.chooseNatively();
    draft.change({ name: 'other.mp4' });
    await expect(draft.start(false)).rejects.toMatchObject({ code: 'output-exists' });
  });

  it('stays as it is when the system’s dialog was dismissed', async () => {
    const draft = new ExportDraft(workspace, clip);
    bridge.chooseOutput.mockResolvedValueOnce(undefined);
    await draft.chooseNatively();
    expect(draft.form.name).toBe(suggested);
  });

  it('offers to work around damage once an export has met some', async () => {
    const draft = new ExportDraft(workspace, clip);
    expect(draft.offersDamaged).toBe(false);
    const job = await draft.start(false);
    workspace.jobs.apply({
      ...job,
      state: 'failed',
      problem: { code: 'input-corrupt', message: 'Frame 4 is damaged.' },
    });
    expect(draft.offersDamaged).toBe(true);
  });
});

describe('the summary of an export', () => {
  it('says which frames are written and how', () => {
    clip.clearRange();
    const { range, deblur, button } = exportSummary(workspace, clip, true);
    expect(range).toMatch(/^Whole clip, [\d,]+ frames, /);
    expect(deblur).toContain('strength');
    expect(button).toMatch(/^Export [\d,]+ frames$/);
  });

  it('follows the range', () => {
    const summary = exportSummary(workspace, clip, false);
    expect(summary.button).toBe('Export 7 frames');
    expect(summary.range).toBe(
      `${clip.transport.timecodeAt(2)} to ${clip.transport.timecodeAt(8)}, 7 frames`,
    );
    expect(summary.deblur).toBeUndefined();
  });
});

describe('a clip opened from a dialog', () => {
  it('has its problem told by the dialog and nowhere else', async () => {
    server.refusal = { code: 'input-unsupported', message: 'notes.txt is no video.', hint: 'Choose one.' };
    await expect(openedHere(workspace, '/notes.txt')).rejects.toMatchObject({
      code: 'input-unsupported',
      hint: 'Choose one.',
    });
    expect(workspace.problems.all).toEqual([]);
  });

  it('leaves other problems where they are', async () => {
    workspace.problems.add({ code: 'engine-died', message: 'The engine ended.' });
    await openedHere(workspace, CLIP.path);
    expect(workspace.problems.all).toHaveLength(1);
  });
});
