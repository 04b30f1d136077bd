import type { BrowserWindow, RenderProcessGoneDetails } from 'electron';
import type { Electron } from './electron-api.ts';
import type { LogFile } from './log-file.ts';

export interface CrashRecoveryOptions {
  readonly dialog: Pick<Electron['dialog'], 'showMessageBox'>;
  readonly log: Pick<LogFile, 'write' | 'writeError' | 'path'>;
  /** Loads the page anew. */
  readonly reload: () => void;
  /** Tells the user something in the page, once it is there. */
  readonly notice: (text: string) => void;
  readonly quit: () => void;
  /** Milliseconds, for telling how long ago something was. */
  readonly now?: () => number;
}

/** Twice within this time is a crash that reloading does not cure. */
const PATIENCE_MS = 60_000;

/** Brings the window's page back after a crash, and asks what to do when it hangs. */
export class CrashRecovery {
  readonly #options: CrashRecoveryOptions;
  readonly #now: () => number;
  #lastCrash = -Infinity;
  #asking: AbortController | undefined;

  constructor(options: CrashRecoveryOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Watches over a window until it is closed. */
  watch(window: BrowserWindow): void {
    window.webContents.on('render-process-gone', (_event, details) => void this.#gone(window, details));
    window.on('unresponsive', () => void this.#hangs(window));
    window.on('responsive', () => this.#asking?.abort());
    window.on('closed', () => this.#asking?.abort());
  }

  async #gone(window: BrowserWindow, { reason, exitCode }: RenderProcessGoneDetails): Promise<void> {
    this.#asking?.abort();
    if (reason === 'clean-exit') return;
    const { dialog, log, reload, notice, quit } = this.#options;
    log.write(`The window's page ended: ${reason} (${exitCode})`);
    const now = this.#now();
    const again = now - this.#lastCrash < PATIENCE_MS;
    this.#lastCrash = now;
    if (!again) {
      notice(
        reason === 'oom'
          ? 'The window ran out of memory and was restored. Work in the background went on.'
          : 'The window crashed and was restored. Work in the background went on.',
      );
      reload();
      return;
    }
    const { response } = await dialog.showMessageBox(window, {
      type: 'error',
      message: 'The window crashed twice within a minute.',
      detail: `Work in the background goes on. A report of this should hold the log file:\n${log.path}`,
      buttons: ['Try Again', 'Quit'],
      defaultId: 0,
      cancelId: 0,
      noLink: true,
    });
    if (response === 0) reload();
    else quit();
  }

  async #hangs(window: BrowserWindow): Promise<void> {
    if (this.#asking) return;
    const asking = (this.#asking = new AbortController());
    this.#options.log.write('The window does not respond');
    const { response } = await this.#options.dialog.showMessageBox(window, {
      type: 'warning',
      message: 'The window does not respond.',
      detail: 'You can wait for it or load it anew. Work in the background goes on either way.',
      buttons: ['Wait', 'Reload'],
      defaultId: 0,
      cancelId: 0,
      noLink: true,
      signal: asking.signal,
    });
    this.#asking = undefined;
    if (response !== 1 || asking.signal.aborted || window.isDestroyed()) return;
    // A page that hangs does not reload by being asked; its process has to end first.
    window.webContents.forcefullyCrashRenderer();
  }
}
