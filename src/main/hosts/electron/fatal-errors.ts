import type { Electron } from './electron-api.ts';
import type { LogFile } from './log-file.ts';

/** What can be listened to for defects: `process`. */
export interface DefectSource {
  on(event: 'uncaughtException' | 'unhandledRejection', listener: (thrown: unknown) => void): unknown;
}

/**
 * Ends the application with a message when a defect of ours left it in an unknown state, and logs what nobody waited
 * for. Without this Electron would show a stack trace, or go on as if nothing had happened.
 */
export function catchFatalErrors(
  {
    app,
    dialog,
  }: {
    readonly app: Pick<Electron['app'], 'exit'>;
    readonly dialog: Pick<Electron['dialog'], 'showErrorBox'>;
  },
  source: DefectSource,
  log: Pick<LogFile, 'writeError' | 'path'>,
): void {
  let ending = false;
  source.on('uncaughtException', (error) => {
    log.writeError('Uncaught', error);
    if (ending) return;
    ending = true;
    tellFatal(dialog, error, log.path);
    app.exit(1);
  });
  source.on('unhandledRejection', (reason) => log.writeError('Unhandled', reason));
}

/** Says that the application can't go on, and where the log is. */
export function tellFatal(
  dialog: Pick<Electron['dialog'], 'showErrorBox'>,
  error: unknown,
  logPath: string,
): void {
  const what = error instanceof Error ? error.message : String(error);
  dialog.showErrorBox(
    'Acutance has to close',
    `${what}\n\nWhat was rendered is kept; an export that was running has to be started again.\n` +
      `A report of this should hold the log file:\n${logPath}`,
  );
}
