import type { BrowserWindow, BrowserWindowConstructorOptions, Rectangle } from 'electron';
import type { DesktopTheme, MenuCommand } from '../../../shared/desktop-bridge.ts';
import { DESKTOP_CHANNELS } from '../../../shared/desktop-channels.ts';
import { PAGE_ADDRESS } from './app-scheme.ts';
import type { Electron } from './electron-api.ts';
import { MINIMUM_SIZE, placeWindow, type WindowStateFile } from './window-state.ts';

/** The page's `--surface-window`, so that the window does not flash before the page is drawn. */
export const WINDOW_COLOURS = { dark: '#1a1a1a', light: '#e6e6e6' } as const;

export interface MainWindowOptions {
  readonly electron: Pick<Electron, 'BrowserWindow' | 'screen' | 'nativeTheme'>;
  readonly state: WindowStateFile;
  /** File of the preload script. */
  readonly preload: string;
  /** File of the icon, where the system does not take it from the program itself. */
  readonly icon?: string | undefined;
  /** Whether the page may be inspected: never in an installed application. */
  readonly development: boolean;
  /** Called with each new window before it loads anything. */
  readonly onCreated: (window: BrowserWindow) => void;
  /** Called when a page is about to be replaced or is gone: what it asked for is of no use any more. */
  readonly onPageGone: () => void;
}

/** The application's one window; it can be closed and opened again. */
export class MainWindow {
  readonly #options: MainWindowOptions;
  #window: BrowserWindow | undefined;
  #notices: string[] = [];

  constructor(options: MainWindowOptions) {
    this.#options = options;
  }

  get current(): BrowserWindow | undefined {
    return this.#window;
  }

  /** Opens the window, or brings the open one to the front. */
  show(): void {
    const open = this.#window;
    if (!open) {
      this.#open();
      return;
    }
    if (open.isMinimized()) open.restore();
    open.show();
    open.focus();
  }

  /** Loads the page anew. */
  reload(): void {
    void this.#window?.loadURL(PAGE_ADDRESS);
  }

  /** Passes a menu command to the page. */
  send(command: MenuCommand): void {
    this.#window?.webContents.send(DESKTOP_CHANNELS.menuCommand, command);
  }

  /** Tells the user something in the page, when it is loaded next. */
  noticeAfterLoad(text: string): void {
    this.#notices.push(text);
  }

  /** Draws the window in a theme from now on, and remembers it. */
  setTheme(theme: DesktopTheme): void {
    this.#options.state.save({ theme });
    this.#applyTheme();
  }

  #open(): void {
    const { electron, state, onCreated, onPageGone } = this.#options;
    this.#applyTheme();
    const window = new electron.BrowserWindow(this.#creation());
    this.#window = window;
    onCreated(window);
    window.once('ready-to-show', () => {
      if (state.state.maximised) window.maximize();
      window.show();
    });
    this.#remember(window);
    const contents = window.webContents;
    contents.on('did-start-navigation', ({ isMainFrame, isSameDocument }) => {
      if (isMainFrame && !isSameDocument) onPageGone();
    });
    contents.on('render-process-gone', onPageGone);
    contents.on('did-finish-load', () => {
      for (const text of this.#notices.splice(0)) contents.send(DESKTOP_CHANNELS.notice, text);
    });
    window.on('closed', () => {
      this.#window = undefined;
      onPageGone();
    });
    void window.loadURL(PAGE_ADDRESS);
  }

  #creation(): BrowserWindowConstructorOptions {
    const { state, preload, icon, development } = this.#options;
    return {
      ...placeWindow(state.state.bounds, this.#workAreas()),
      minWidth: MINIMUM_SIZE.width,
      minHeight: MINIMUM_SIZE.height,
      title: 'Acutance',
      show: false,
      backgroundColor: this.#colour(),
      ...(icon === undefined ? {} : { icon }),
      webPreferences: {
        preload,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        nodeIntegrationInWorker: false,
        nodeIntegrationInSubFrames: false,
        webSecurity: true,
        allowRunningInsecureContent: false,
        experimentalFeatures: false,
        webviewTag: false,
        navigateOnDragDrop: false,
        spellcheck: false,
        devTools: development,
        // Frames go on being asked for and shown when another window lies above this one.
        backgroundThrottling: false,
      },
    };
  }

  #workAreas(): Rectangle[] {
    const { screen } = this.#options.electron;
    const primary = screen.getPrimaryDisplay();
    const others = screen.getAllDisplays().filter(({ id }) => id !== primary.id);
    return [primary, ...others].map(({ workArea }) => workArea);
  }

  #colour(): string {
    return this.#options.electron.nativeTheme.shouldUseDarkColors
      ? WINDOW_COLOURS.dark
      : WINDOW_COLOURS.light;
  }

  #applyTheme(): void {
    this.#options.electron.nativeTheme.themeSource = this.#options.state.state.theme;
    this.#window?.setBackgroundColor(this.#colour());
  }

  #remember(window: BrowserWindow): void {
    const save = (): void => {
      if (window.isDestroyed() || window.isMinimized() || window.isFullScreen()) return;
      this.#options.state.save({ bounds: window.getNormalBounds(), maximised: window.isMaximized() });
    };
    // While it is dragged these come by the dozen; at the end of a drag and on closing, once.
    for (const event of ['resized', 'moved', 'maximize', 'unmaximize', 'close'] as const) {
      window.on(event as 'resized', save);
    }
  }
}
