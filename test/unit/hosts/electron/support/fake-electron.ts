import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import type { BrowserWindowConstructorOptions, MenuItemConstructorOptions } from 'electron';
import { vi, type Mock } from 'vitest';
import type { Electron } from '../../../../../src/main/hosts/electron/electron-api.ts';
import { fakeUtilityProcesses } from './fake-utility-process.ts';

type Callback = (...parameters: never[]) => unknown;

/** An event as Electron hands it out. */
export class FakeEvent {
  prevented = false;
  preventDefault(): void {
    this.prevented = true;
  }
}

export class FakeFrame {
  url = 'acutance://app/';
  parent: FakeFrame | null = null;
  destroyed = false;
  isDestroyed = (): boolean => this.destroyed;
}

export class FakeContents extends EventEmitter {
  readonly mainFrame = new FakeFrame();
  readonly send = vi.fn();
  readonly forcefullyCrashRenderer = vi.fn();
  openWindow: ((details: { url: string }) => { action: string }) | undefined;
  setWindowOpenHandler = (handler: (details: { url: string }) => { action: string }): void => {
    this.openWindow = handler;
  };
}

export class FakeWindow extends EventEmitter {
  readonly webContents = new FakeContents();
  readonly options: BrowserWindowConstructorOptions;
  readonly loadURL = vi.fn<(address: string) => Promise<void>>();
  readonly show = vi.fn();
  readonly focus = vi.fn();
  readonly restore = vi.fn();
  readonly maximize = vi.fn();
  readonly flashFrame = vi.fn();
  readonly setProgressBar = vi.fn();
  readonly setBackgroundColor = vi.fn();
  minimised = false;
  maximised = false;
  focused = true;
  bounds = { x: 10, y: 20, width: 1200, height: 800 };

  constructor(options: BrowserWindowConstructorOptions = {}) {
    super();
    this.options = options;
  }
  isMinimized = (): boolean => this.minimised;
  isMaximized = (): boolean => this.maximised;
  isFullScreen = (): boolean => false;
  isFocused = (): boolean => this.focused;
  isDestroyed = (): boolean => false;
  getNormalBounds = (): typeof this.bounds => this.bounds;
  /** What the window manager's button does; whether the window is closed then. */
  close(): boolean {
    const event = new FakeEvent();
    this.emit('close', event);
    if (!event.prevented) this.emit('closed');
    return !event.prevented;
  }
}

export class FakeSession extends EventEmitter {
  permissionRequest: Callback | undefined;
  permissionCheck: Callback | undefined;
  devicePermission: Callback | undefined;
  displayMedia: Callback | undefined;
  readonly setPermissionRequestHandler = (handler: Callback) => (this.permissionRequest = handler);
  readonly setPermissionCheckHandler = (handler: Callback) => (this.permissionCheck = handler);
  readonly setDevicePermissionHandler = (handler: Callback) => (this.devicePermission = handler);
  readonly setDisplayMediaRequestHandler = (handler: Callback) => (this.displayMedia = handler);
  readonly setSpellCheckerEnabled = vi.fn();
  readonly webRequest = { onBeforeRequest: vi.fn() };
}

/** A menu as it was described, with what can be asked of it. */
export class FakeMenu {
  readonly items: FakeMenuItem[];
  constructor(template: readonly MenuItemConstructorOptions[]) {
    this.items = template.map((item) => ({
      ...item,
      submenu: Array.isArray(item.submenu) ? new FakeMenu(item.submenu) : undefined,
    }));
  }
  getMenuItemById(id: string): FakeMenuItem | null {
    return this.find((item) => item.id === id) ?? null;
  }
  find(wanted: (item: FakeMenuItem) => boolean): FakeMenuItem | undefined {
    for (const item of this.items) {
      if (wanted(item)) return item;
      const inside = item.submenu?.find(wanted);
      if (inside) return inside;
    }
    return undefined;
  }
}

export interface FakeMenuItem extends Omit<MenuItemConstructorOptions, 'submenu'> {
  submenu: FakeMenu | undefined;
}

class FakeApp extends EventEmitter {
  readonly folder: string;
  isPackaged = true;
  ready = Promise.withResolvers<void>();
  readonly exit = vi.fn();
  readonly addRecentDocument = vi.fn();
  readonly dock = { bounce: vi.fn() };
  readonly requestSingleInstanceLock = vi.fn<(data: unknown) => boolean>().mockReturnValue(true);
  /** Whether the application has come to its end. */
  hasQuit = false;

  constructor(folder: string) {
    super();
    this.folder = folder;
    this.ready.resolve();
  }
  whenReady = (): Promise<void> => this.ready.promise;
  getPath = (name: string): string => join(this.folder, name);
  /** As Electron does it: asks, closes the window, says that it ends. */
  quit = vi.fn((): void => {
    const asked = new FakeEvent();
    this.emit('before-quit', asked);
    if (asked.prevented) return;
    const window = this.window();
    if (window && !window.close()) return;
    const ending = new FakeEvent();
    this.emit('will-quit', ending);
    if (!ending.prevented) this.hasQuit = true;
  });
  window: () => FakeWindow | undefined = () => undefined;
}

/** A stand-in for the module `electron`, and what tests need to see of it. */
export interface FakeElectron {
  readonly electron: Electron;
  readonly app: FakeApp;
  readonly session: FakeSession;
  readonly windows: FakeWindow[];
  readonly ipcMain: EventEmitter & { readonly handlers: Map<string, Callback> };
  readonly dialog: {
    readonly showOpenDialog: Mock;
    readonly showSaveDialog: Mock;
    readonly showMessageBox: Mock;
    readonly showErrorBox: Mock;
  };
  readonly shell: { readonly showItemInFolder: Mock };
  readonly powerSaveBlocker: { readonly start: Mock; readonly stop: Mock };
  readonly nativeTheme: { themeSource: string; shouldUseDarkColors: boolean };
  readonly engines: { readonly started: string[] };
  /** Answers a request of the page, as `protocol.handle` was told to. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  menu(): FakeMenu;
  /** Says something to the main process, from the window's page unless told otherwise. */
  invoke(channel: string, ...parameters: unknown[]): Promise<unknown>;
  say(channel: string, ...parameters: unknown[]): void;
}

/** @param folder where the application's folders are made up */
export function fakeElectron(folder: string): FakeElectron {
  const app = new FakeApp(folder);
  const session = new FakeSession();
  const windows: FakeWindow[] = [];
  const handlers = new Map<string, Callback>();
  const ipcMain = Object.assign(new EventEmitter(), {
    handlers,
    handle: (channel: string, handler: Callback) => void handlers.set(channel, handler),
  });
  const dialog = {
    showOpenDialog: vi.fn(),
    showSaveDialog: vi.fn(),
    showMessageBox: vi.fn(),
    showErrorBox: vi.fn(),
  };
  const shell = { showItemInFolder: vi.fn() };
  const powerSaveBlocker = { start: vi.fn(() => 7), stop: vi.fn() };
  const nativeTheme = { themeSource: 'system', shouldUseDarkColors: true };
  const engines = fakeUtilityProcesses();
  engines.app.on = app.on.bind(app) as never;
  let menu = new FakeMenu([]);
  let schemeHandler: ((request: Request) => Promise<Response>) | undefined;
  class BrowserWindow extends FakeWindow {
    constructor(options: BrowserWindowConstructorOptions) {
      super(options);
      windows.push(this);
      this.on('closed', () => windows.splice(windows.indexOf(this), 1));
      app.emit('web-contents-created', {}, this.webContents);
    }
  }
  app.window = () => windows[0];
  const display = { id: 1, workArea: { x: 0, y: 0, width: 1920, height: 1080 } };
  const electron = {
    app,
    session: { defaultSession: session },
    BrowserWindow,
    Menu: {
      buildFromTemplate: (template: MenuItemConstructorOptions[]) => new FakeMenu(template),
      setApplicationMenu: (given: FakeMenu) => (menu = given),
      getApplicationMenu: () => menu,
    },
    ipcMain,
    dialog,
    shell,
    powerSaveBlocker,
    nativeTheme,
    screen: { getPrimaryDisplay: () => display, getAllDisplays: () => [display] },
    protocol: {
      handle: (_scheme: string, handler: typeof schemeHandler) => (schemeHandler = handler),
    },
    utilityProcess: engines.utilityProcess,
  };
  const fromPage = () => ({
    sender: windows[0]?.webContents,
    senderFrame: windows[0]?.webContents.mainFrame,
  });
  return {
    electron: electron as unknown as Electron,
    app,
    session,
    windows,
    ipcMain,
    dialog,
    shell,
    powerSaveBlocker,
    nativeTheme,
    engines,
    fetch: (path, init) =>
      schemeHandler?.(new Request(`acutance://app${path}`, init)) ??
      Promise.reject(new Error('There is no scheme.')),
    menu: () => menu,
    invoke: async (channel, ...parameters) =>
      await (handlers.get(channel) as ((...all: unknown[]) => unknown) | undefined)?.(
        fromPage(),
        ...parameters,
      ),
    say: (channel, ...parameters) => void ipcMain.emit(channel, fromPage(), ...parameters),
  };
}
