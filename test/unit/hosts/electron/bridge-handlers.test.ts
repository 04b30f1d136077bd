import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { installBridge } from '../../../../src/main/hosts/electron/bridge-handlers.ts';
import { DESKTOP_CHANNELS } from '../../../../src/shared/desktop-channels.ts';
import { FakeFrame, FakeWindow, fakeElectron, type FakeElectron } from './support/fake-electron.ts';

let folder: string;
let fake: FakeElectron;
let window: FakeWindow;
const host = {
  window: vi.fn(),
  grant: vi.fn(),
  isKnown: vi.fn((path: string) => path === '/clips/known.mp4'),
  enableCommands: vi.fn(),
  setTheme: vi.fn(),
  refused: vi.fn(),
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'acutance-bridge-'));
  fake = fakeElectron(folder);
  window = new FakeWindow();
  fake.windows.push(window);
  for (const mock of Object.values(host)) mock.mockClear();
  host.window.mockReturnValue(window);
  installBridge(fake.electron, host);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('choosing clips', () => {
  it('grants what the user chose', async () => {
    fake.dialog.showOpenDialog.mockResolvedValue({ canceled: false, filePaths: ['/a.mp4', '/b.mov'] });
    expect(await fake.invoke(DESKTOP_CHANNELS.chooseClips)).toEqual(['/a.mp4', '/b.mov']);
    expect(host.grant.mock.calls).toEqual([['/a.mp4'], ['/b.mov']]);
    expect(fake.dialog.showOpenDialog.mock.calls[0]?.[0]).toBe(window);
  });

  it('grants nothing when it was dismissed', async () => {
    fake.dialog.showOpenDialog.mockResolvedValue({ canceled: true, filePaths: [] });
    expect(await fake.invoke(DESKTOP_CHANNELS.chooseClips)).toEqual([]);
    expect(host.grant).not.toHaveBeenCalled();
  });
});

describe('choosing an output', () => {
  const suggestion = { folder: '/clips', name: 'a deblurred.mp4', extensions: ['mp4', 'mov'] };
  const chosen = (filePath: string) =>
    fake.dialog.showSaveDialog.mockResolvedValue({ canceled: filePath === '', filePath });

  it('suggests a name in a folder and grants the answer', async () => {
    chosen('/elsewhere/b.MOV');
    expect(await fake.invoke(DESKTOP_CHANNELS.chooseOutput, suggestion)).toBe('/elsewhere/b.MOV');
    expect(fake.dialog.showSaveDialog.mock.calls[0]?.[1]).toMatchObject({
      defaultPath: join('/clips', 'a deblurred.mp4'),
    });
    expect(host.grant).toHaveBeenCalledWith('/elsewhere/b.MOV');
  });

  it('begins in the folder of videos when it knows no better', async () => {
    chosen('');
    expect(await fake.invoke(DESKTOP_CHANNELS.chooseOutput, { ...suggestion, folder: undefined })).toBe(
      undefined,
    );
    expect(fake.dialog.showSaveDialog.mock.calls[0]?.[1]).toMatchObject({
      defaultPath: join(folder, 'videos', 'a deblurred.mp4'),
    });
    expect(host.grant).not.toHaveBeenCalled();
  });

  it('adds the extension that was left out, and asks about the file that has this name', async () => {
    const path = join(folder, 'b.final');
    chosen(path);
    expect(await fake.invoke(DESKTOP_CHANNELS.chooseOutput, suggestion)).toBe(`${path}.mp4`);
    expect(fake.dialog.showMessageBox).not.toHaveBeenCalled();
    writeFileSync(`${path}.mp4`, '');
    fake.dialog.showMessageBox.mockResolvedValueOnce({ response: 1 });
    expect(await fake.invoke(DESKTOP_CHANNELS.chooseOutput, suggestion)).toBeUndefined();
    fake.dialog.showMessageBox.mockResolvedValueOnce({ response: 0 });
    expect(await fake.invoke(DESKTOP_CHANNELS.chooseOutput, suggestion)).toBe(`${path}.mp4`);
    expect(existsSync(`${path}.mp4`)).toBe(true);
  });
});

describe('files dropped on the window', () => {
  it('are granted, folders and what is not there left out', async () => {
    const clip = join(folder, 'a "quoted"\nclip 🎬.mp4');
    writeFileSync(clip, '');
    mkdirSync(join(folder, 'sub'));
    const paths = [clip, join(folder, 'sub'), join(folder, 'missing.mp4')];
    expect(await fake.invoke(DESKTOP_CHANNELS.grantDropped, paths)).toEqual([clip]);
    expect(host.grant.mock.calls).toEqual([[clip]]);
  });
});

describe('showing a file in its folder', () => {
  it('is done for files of this session and no others', async () => {
    await fake.invoke(DESKTOP_CHANNELS.showInFolder, '/clips/known.mp4');
    await fake.invoke(DESKTOP_CHANNELS.showInFolder, '//server/share/file');
    expect(fake.shell.showItemInFolder.mock.calls).toEqual([['/clips/known.mp4']]);
    expect(host.refused).toHaveBeenCalledOnce();
  });
});

describe('what the page says', () => {
  it('sets progress, commands and theme', () => {
    fake.say(DESKTOP_CHANNELS.progress, 0.25);
    fake.say(DESKTOP_CHANNELS.progress, undefined);
    fake.say(DESKTOP_CHANNELS.enabledCommands, ['open', 'export']);
    fake.say(DESKTOP_CHANNELS.theme, 'light');
    expect(window.setProgressBar.mock.calls).toEqual([[0.25], [-1]]);
    expect(host.enableCommands).toHaveBeenCalledWith(['open', 'export']);
    expect(host.setTheme).toHaveBeenCalledWith('light');
    expect(host.refused).not.toHaveBeenCalled();
  });

  it.each([
    [DESKTOP_CHANNELS.progress, [2]],
    [DESKTOP_CHANNELS.progress, ['half']],
    [DESKTOP_CHANNELS.progress, [Number.NaN]],
    [DESKTOP_CHANNELS.enabledCommands, ['open']],
    [DESKTOP_CHANNELS.enabledCommands, [['format-disk']]],
    [DESKTOP_CHANNELS.theme, ['pink']],
    [DESKTOP_CHANNELS.theme, []],
  ])('is refused where it does not fit: %s %j', (channel, parameters) => {
    fake.say(channel, ...parameters);
    expect(host.refused).toHaveBeenCalledOnce();
    expect(window.setProgressBar).not.toHaveBeenCalled();
    expect(host.enableCommands).not.toHaveBeenCalled();
    expect(host.setTheme).not.toHaveBeenCalled();
  });

  it.each([
    [DESKTOP_CHANNELS.chooseClips, ['unexpected']],
    [DESKTOP_CHANNELS.chooseOutput, [{ name: '../up.mp4', extensions: ['mp4'] }]],
    [DESKTOP_CHANNELS.chooseOutput, [{ name: 'a.mp4', extensions: [] }]],
    [DESKTOP_CHANNELS.chooseOutput, [{ name: 'a.mp4', extensions: ['../sh'] }]],
    [DESKTOP_CHANNELS.chooseOutput, [{ folder: 'relative', name: 'a.mp4', extensions: ['mp4'] }]],
    [DESKTOP_CHANNELS.chooseOutput, []],
    [DESKTOP_CHANNELS.grantDropped, [['relative.mp4']]],
    [DESKTOP_CHANNELS.grantDropped, [['/a\0b']]],
    [DESKTOP_CHANNELS.grantDropped, ['/a.mp4']],
    [DESKTOP_CHANNELS.showInFolder, [7]],
  ])('is refused where it does not fit: %s %j', async (channel, parameters) => {
    await expect(fake.invoke(channel, ...parameters)).rejects.toThrow('was refused');
    expect(fake.dialog.showOpenDialog).not.toHaveBeenCalled();
    expect(fake.dialog.showSaveDialog).not.toHaveBeenCalled();
    expect(host.grant).not.toHaveBeenCalled();
  });
});

describe('a message from elsewhere', () => {
  const embedded = Object.assign(new FakeFrame(), { parent: new FakeFrame() });
  const gone = Object.assign(new FakeFrame(), { destroyed: true });
  const foreign = Object.assign(new FakeFrame(), { url: 'https://evil.example/' });
  const otherHost = Object.assign(new FakeFrame(), { url: 'acutance://app.evil/' });

  it.each([
    ['an embedded frame', embedded, true],
    ['a frame that is gone', gone, true],
    ['no frame', null, true],
    ['another page', foreign, true],
    ['another host of the scheme', otherHost, true],
    ['another window', new FakeFrame(), false],
  ])('is refused on every channel: %s', async (_name, senderFrame, ourWindow) => {
    const sender = ourWindow ? window.webContents : new FakeWindow().webContents;
    for (const [channel, handler] of fake.ipcMain.handlers) {
      const call = handler as (...parameters: unknown[]) => Promise<unknown>;
      await expect(call({ sender, senderFrame }), channel).rejects.toThrow('was refused');
    }
    for (const channel of fake.ipcMain.eventNames()) {
      fake.ipcMain.emit(channel, { sender, senderFrame }, ['open']);
    }
    const channels = Object.values(DESKTOP_CHANNELS).length - 2;
    expect(host.refused).toHaveBeenCalledTimes(channels);
    expect(host.enableCommands).not.toHaveBeenCalled();
  });

  it('is refused when there is no window', async () => {
    host.window.mockReturnValue(undefined);
    await expect(fake.invoke(DESKTOP_CHANNELS.chooseClips)).rejects.toThrow('was refused');
  });
});
