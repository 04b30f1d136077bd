import type { BrowserWindow } from 'electron';
import type { Job } from '../../../shared/api/job.ts';
import type { Electron } from './electron-api.ts';

export interface QuitGuardOptions {
  readonly dialog: Pick<Electron['dialog'], 'showMessageBox'>;
  /** Exports that are queued or running. */
  readonly exports: () => readonly Job[];
  readonly window: () => BrowserWindow | undefined;
  /** Asks the application to quit; it comes back to `mayQuit`. */
  readonly quit: () => void;
}

/** Asks before quitting would stop an export. */
export class QuitGuard {
  readonly #options: QuitGuardOptions;
  #agreed = false;
  #asking = false;

  constructor(options: QuitGuardOptions) {
    this.#options = options;
  }

  /**
   * Whether the application may quit at once. If not, the user is being asked, and a yes quits again.
   */
  mayQuit(): boolean {
    const exports = this.#options.exports();
    if (this.#agreed || exports.length === 0) return true;
    if (!this.#asking) void this.#ask(exports);
    return false;
  }

  async #ask(exports: readonly Job[]): Promise<void> {
    this.#asking = true;
    const { dialog, window, quit } = this.#options;
    const question = {
      type: 'warning' as const,
      message:
        exports.length === 1
          ? `“${exports[0]!.clipName}” is still being exported.`
          : `${exports.length} clips are still being exported.`,
      detail: 'Quitting stops the export, and the unfinished file is removed.',
      buttons: ['Keep Exporting', 'Stop and Quit'],
      defaultId: 0,
      cancelId: 0,
      noLink: true,
    };
    const parent = window();
    const { response } = await (parent
      ? dialog.showMessageBox(parent, question)
      : dialog.showMessageBox(question));
    this.#asking = false;
    this.#agreed = response === 1;
    if (this.#agreed) quit();
  }
}
