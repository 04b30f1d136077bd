import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { EventEmitter } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createApp, type App, type AppOptions } from '../../../../src/main/app.ts';
import { Desktop, type DesktopOptions } from '../../../../src/main/hosts/electron/desktop.ts';
import { WINDOW_COLOURS } from '../../../../src/main/hosts/electron/main-window.ts';
import { MENU_COMMANDS } from '../../../../src/shared/desktop-bridge.ts';
import { DESKTOP_CHANNELS } from '../../../../src/shared/desktop-channels.ts';
import { FakeEvent, fakeElectron, type FakeElectron } from './support/fake-electron.ts';
import { someJob } from './support/some-job.ts';

const SAMPLE = fileURLToPath(new URL('../../../../resources/sample.mp4', import.meta.url));

let folder: string;
let fake: FakeElectron;
let app: App | undefined;
let appOptions: AppOptions | undefined;
const defects = new EventEmitter();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'acutance-desktop-'));
  mkdirSync(join(folder, 'page'));
  writeFileSync(join(folder, 'page/index.html'), '<!doctype html><title>Acutance</title>');
  fake = fakeElectron(folder);
  app = undefined;
});

afterEach(async () => {
  await app?.dispose();
  defects.removeAllListeners();
  rmSync(folder, { recursive: true, force: true });
});

/** The real application, but for where it keeps its data. */
async function realApp(options: AppOptions): Promise<App> {
  appOptions = options;
  return (app = await createApp({ ...options, dataFolder: join(folder, 'data') }));
}

async function start(options: Partial<DesktopOptions> = {}): Promise<void> {
  await new Desktop({
    electron: fake.electron,
    createApp: realApp,
    pageFolder: join(folder, 'page'),
    preload: '/program/bridge.cjs',
    platform: 'linux',
    parameters: [],
    workingFolder: folder,
    defects,
    ...options,
  }).start();
}

const window = () => fake.windows[0]!;
const logText = () => readFileSync(join(folder, 'logs/acutance.log'), 'utf8');

describe('the window', () => {
  it('shows the page of our own scheme, in a sandbox, when it is drawn', async () => {
    await start();
    expect(window().loadURL).toHaveBeenCalledWith('acutance://app/');
    expect(window().options.webPreferences).toMatchObject({
      preload: '/program/bridge.cjs',
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      devTools: false,
    });
    expect(window().options.webPreferences).not.toHaveProperty('enableBlinkFeatures');
    expect(window().options.show).toBe(false);
    expect(window().show).not.toHaveBeenCalled();
    window().emit('ready-to-show');
    expect(window().show).toHaveBeenCalledOnce();
  });

  it('has the colour of the page behind it', async () => {
    const tokens = readFileSync(
      new URL('../../../../src/renderer/design/tokens.css', import.meta.url),
      'utf8',
    );
    const [, light, dark] = /--surface-window: light-dark\((#\w+), (#\w+)\)/.exec(tokens)!;
    expect(WINDOW_COLOURS).toEqual({ light, dark });
    await start();
    expect(window().options.backgroundColor).toBe(dark);
  });

  it('comes back as it was left, in the theme that was chosen', async () => {
    await start();
    window().bounds = { x: 100, y: 120, width: 1300, height: 700 };
    window().maximised = true;
    window().emit('maximize');
    fake.say(DESKTOP_CHANNELS.theme, 'light');
    expect(fake.nativeTheme.themeSource).toBe('light');
    await app?.dispose();
    fake = fakeElectron(folder);
    await start();
    expect(window().options).toMatchObject({ x: 100, y: 120, width: 1300, height: 700 });
    expect(fake.nativeTheme.themeSource).toBe('light');
    window().emit('ready-to-show');
    expect(window().maximize).toHaveBeenCalledOnce();
  });

  it('is locked before it loads anything', async () => {
    await start();
    const event = Object.assign(new FakeEvent(), { url: 'https://evil.example/' });
    window().webContents.emit('will-navigate', event);
    expect(event.prevented).toBe(true);
    expect(fake.session.devicePermission?.()).toBe(false);
  });
});

describe('the scheme', () => {
  it('serves the page and the application behind it, with the policy of the page', async () => {
    await start();
    const page = await fake.fetch('/');
    expect(await page.text()).toContain('<title>Acutance</title>');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    const session = (await (await fake.fetch('/api/session')).json()) as object;
    expect(session).toMatchObject({ host: 'electron', roots: [] });
  });

  it('ends its streams when the page goes away', async () => {
    await start();
    const events = await fake.fetch('/api/events');
    const reader = events.body!.getReader();
    await reader.read();
    window().webContents.emit('did-start-navigation', { isMainFrame: true, isSameDocument: false });
    await vi.waitFor(async () => expect((await reader.read()).done).toBe(true), 20_000);
  });

  it('has clips opened by an engine in a utility process, and remembers them in the menu', async () => {
    const clip = join(folder, 'holiday & sea.mp4');
    copyFileSync(SAMPLE, clip);
    await start();
    fake.dialog.showOpenDialog.mockResolvedValue({ canceled: false, filePaths: [clip] });
    const [path] = (await fake.invoke(DESKTOP_CHANNELS.chooseClips)) as string[];
    const answer = await fake.fetch('/api/clips', {
      method: 'POST',
      body: JSON.stringify({ path }),
      headers: { 'content-type': 'application/json' },
    });
    expect([answer.status, ((await answer.json()) as { name: string }).name]).toEqual([
      200,
      'holiday & sea.mp4',
    ]);
    expect(fake.engines.started.length).toBeGreaterThan(0);
    await vi.waitFor(() => {
      expect(fake.menu().find(({ label }) => label === 'holiday && sea.mp4')).toBeDefined();
    }, 20_000);
    expect(fake.app.addRecentDocument).toHaveBeenCalledWith(clip);
  });
});

describe('files to open', () => {
  it('are taken from the parameters, the last one first seen', async () => {
    writeFileSync(join(folder, 'a.mp4'), '');
    await start({ parameters: ['--flag', 'a.mp4', 'missing.mp4'] });
    expect(appOptions?.openPath).toBe(join(folder, 'a.mp4'));
  });

  it('come from the dock before the start', async () => {
    fake.app.ready = Promise.withResolvers();
    const started = start();
    const event = new FakeEvent();
    fake.app.emit('open-file', event, '/clips/dock.mov');
    fake.app.ready.resolve();
    await started;
    expect(event.prevented).toBe(true);
    expect(appOptions?.openPath).toBe('/clips/dock.mov');
  });

  it('come from a second start, which brings the window to the front', async () => {
    await start();
    const requested = vi.spyOn(app!, 'requestOpen');
    window().minimised = true;
    fake.app.emit('second-instance', {}, [], folder, { files: ['/clips/second.mp4'] });
    expect(requested).toHaveBeenCalledWith('/clips/second.mp4');
    expect(window().restore).toHaveBeenCalledOnce();
    expect(window().focus).toHaveBeenCalledOnce();
  });

  it('are handed to the first by the second, which does nothing else', async () => {
    writeFileSync(join(folder, 'a.mp4'), '');
    fake.app.requestSingleInstanceLock.mockReturnValue(false);
    await start({ parameters: ['a.mp4'] });
    expect(fake.app.requestSingleInstanceLock).toHaveBeenCalledWith({ files: [join(folder, 'a.mp4')] });
    expect(fake.app.quit).toHaveBeenCalledOnce();
    expect(fake.windows).toEqual([]);
    expect(app).toBeUndefined();
  });
});

describe('the menu', () => {
  it('enables what the page says, and nothing once the page is gone', async () => {
    await start();
    const enabled = () => MENU_COMMANDS.filter((id) => fake.menu().getMenuItemById(id)?.enabled);
    expect(enabled()).toEqual([]);
    fake.say(DESKTOP_CHANNELS.enabledCommands, ['open', 'zoom-in']);
    expect(enabled()).toEqual(['open', 'zoom-in']);
    window().webContents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 1 });
    expect(enabled()).toEqual([]);
  });

  it('sends its commands to the page', async () => {
    await start();
    (fake.menu().getMenuItemById('export')?.click as () => void)();
    expect(window().webContents.send).toHaveBeenCalledWith(DESKTOP_CHANNELS.menuCommand, 'export');
  });
});

describe('a page that crashed', () => {
  it('is told so once it is there again', async () => {
    await start();
    window().webContents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 1 });
    expect(window().loadURL).toHaveBeenCalledTimes(2);
    window().webContents.emit('did-finish-load');
    window().webContents.emit('did-finish-load');
    const notices = window().webContents.send.mock.calls.filter(
      ([channel]) => channel === DESKTOP_CHANNELS.notice,
    );
    expect(notices).toHaveLength(1);
    expect(logText()).toContain("The window's page ended: crashed (1)");
  });
});

describe('quitting', () => {
  const withExport = async (options: AppOptions): Promise<App> => {
    const real = await realApp(options);
    const fetch = async (request: Request): Promise<Response> =>
      request.url.endsWith('/api/jobs') ? Response.json([someJob()]) : real.fetch(request);
    return { ...real, fetch };
  };

  it('ends the application first', async () => {
    await start();
    const disposed = vi.spyOn(app!, 'dispose');
    window().close();
    await vi.waitFor(() => expect(fake.app.exit).toHaveBeenCalledWith(0), 20_000);
    expect(disposed).toHaveBeenCalledOnce();
    expect(fake.windows).toEqual([]);
  });

  it('while an export runs is asked about, in the window, and the machine stays awake', async () => {
    await start({ createApp: withExport });
    await vi.waitFor(() => expect(fake.powerSaveBlocker.start).toHaveBeenCalledOnce(), 20_000);
    fake.dialog.showMessageBox.mockResolvedValueOnce({ response: 0 });
    expect(window().close()).toBe(false);
    expect(fake.dialog.showMessageBox.mock.calls[0]?.[0]).toBe(window());
    await new Promise(setImmediate);
    expect(fake.app.exit).not.toHaveBeenCalled();
    fake.dialog.showMessageBox.mockResolvedValueOnce({ response: 1 });
    fake.app.quit();
    await vi.waitFor(() => expect(fake.app.exit).toHaveBeenCalledWith(0), 20_000);
  });
});

describe('a start that fails', () => {
  it('says why, where the log is, and ends', async () => {
    await start({ createApp: () => Promise.reject(new Error('The data folder is not writable.')) });
    expect(fake.dialog.showErrorBox.mock.calls[0]?.[1]).toContain('The data folder is not writable.');
    expect(fake.app.exit).toHaveBeenCalledWith(1);
    expect(logText()).toContain('The start failed: Error: The data folder is not writable.');
    expect(fake.windows).toEqual([]);
  });
});
