import { join } from 'node:path';
import type { BrowserWindow } from 'electron';
import { MENU_COMMANDS, type MenuCommand } from '../../../shared/desktop-bridge.ts';
import type { Job } from '../../../shared/api/job.ts';
import type { App, AppOptions } from '../../app.ts';
import { APP_NAME } from './application-id.ts';
import { APP_SCHEME, SchemeHandler } from './app-scheme.ts';
import { menuTemplate } from './application-menu.ts';
import { installBridge } from './bridge-handlers.ts';
import { CrashRecovery } from './crash-recovery.ts';
import type { Electron } from './electron-api.ts';
import { catchFatalErrors, tellFatal, type DefectSource } from './fatal-errors.ts';
import { JobMonitor } from './job-monitor.ts';
import { lockContents, lockSession } from './lockdown.ts';
import { LogFile } from './log-file.ts';
import { MainWindow } from './main-window.ts';
import { filesAmong, OpenRequests } from './open-requests.ts';
import { PowerSaver } from './power-saver.ts';
import { QuitGuard } from './quit-guard.ts';
import { RecentClips } from './recent-clips.ts';
import { utilityEngine } from './utility-engine.ts';
import { WindowStateFile } from './window-state.ts';

export interface DesktopOptions {
  readonly electron: Electron;
  readonly createApp: (options: AppOptions) => Promise<App>;
  /** Folder of the built page, file of the preload script, file of the window's icon. */
  readonly pageFolder: string;
  readonly preload: string;
  readonly icon?: string | undefined;
  readonly platform: NodeJS.Platform;
  /** What the program was started with, its own name left out, and where. */
  readonly parameters: readonly string[];
  readonly workingFolder: string;
  /** Where defects that nobody caught are told: `process`. */
  readonly defects: DefectSource;
}

/** How long the application may take to end its work when the user quits. */
const DISPOSE_MS = 3000;

interface SecondStart {
  readonly files: readonly string[];
}

/** The application in a window of its own: puts the parts of this folder together. */
export class Desktop {
  readonly #options: DesktopOptions;
  readonly #electron: Electron;
  readonly #log: LogFile;
  readonly #requests = new OpenRequests();
  readonly #granted = new Set<string>();
  #enabled: ReadonlySet<MenuCommand> = new Set();
  #quitting = false;
  #window: MainWindow | undefined;
  #recent: RecentClips | undefined;

  constructor(options: DesktopOptions) {
    this.#options = options;
    this.#electron = options.electron;
    this.#log = new LogFile(join(options.electron.app.getPath('logs'), 'acutance.log'));
  }

  /** Starts the application, or hands the files over to the one that runs already and ends. */
  async start(): Promise<void> {
    const { app, dialog } = this.#electron;
    const { parameters, workingFolder, defects } = this.#options;
    const files = filesAmong(parameters, workingFolder);
    // The parameters themselves reach the other instance in an order of Chromium's choosing.
    if (!app.requestSingleInstanceLock({ files } satisfies SecondStart)) {
      app.quit();
      return;
    }
    catchFatalErrors(this.#electron, defects, this.#log);
    app.on('second-instance', (_event, _parameters, _folder, data) => {
      for (const path of (data as SecondStart).files) this.#requests.add(path);
      this.#window?.show();
    });
    app.on('open-file', (event, path) => {
      event.preventDefault();
      this.#requests.add(path);
      this.#window?.show();
    });
    for (const path of files) this.#requests.add(path);
    try {
      await app.whenReady();
      await this.#open();
    } catch (error) {
      this.#log.writeError('The start failed', error);
      tellFatal(dialog, error, this.#log.path);
      app.exit(1);
    }
  }

  async #open(): Promise<void> {
    const electron = this.#electron;
    const { app, dialog, powerSaveBlocker, protocol, session } = electron;
    const { createApp, pageFolder, preload, icon } = this.#options;
    // The first request is for the window to start with; on macOS it may have come with an event.
    const openPath = this.#requests.takeLast();
    const application = await createApp({
      host: 'electron',
      roots: [],
      openPath,
      pageFolder,
      engines: utilityEngine(electron),
      logger: { error: (message, cause) => this.#log.writeError(message, cause) },
    });

    const recent = (this.#recent = new RecentClips({
      fetch: (request) => application.fetch(request),
      onChange: () => this.#buildMenu(),
      onOpened: (path) => app.addRecentDocument(path),
    }));
    const scheme = new SchemeHandler(recent.watch);
    lockSession(session.defaultSession);
    protocol.handle(APP_SCHEME, scheme.handle);
    app.on('web-contents-created', (_event, contents) => lockContents(contents));

    const window = (this.#window = new MainWindow({
      electron,
      state: new WindowStateFile(join(app.getPath('userData'), 'window.json')),
      preload,
      icon,
      development: !app.isPackaged,
      onCreated: (created) => this.#prepare(created, recovery),
      onPageGone: () => {
        scheme.abortAll();
        this.#enableCommands([]);
      },
    }));
    const recovery = new CrashRecovery({
      dialog,
      log: this.#log,
      reload: () => window.reload(),
      notice: (text) => window.noticeAfterLoad(text),
      quit: () => app.quit(),
    });
    const saver = new PowerSaver(powerSaveBlocker);
    const jobs = new JobMonitor({
      fetch: (request) => application.fetch(request),
      onExporting: (exporting) => (saver.working = exporting),
      onExported: (job) => this.#tellExported(job),
    });
    this.#endWell(application, jobs);
    installBridge(electron, {
      window: () => window.current,
      grant: (path) => {
        this.#granted.add(path);
        application.grant(path);
      },
      isKnown: (path) => this.#granted.has(path) || recent.paths.includes(path),
      enableCommands: (commands) => this.#enableCommands(commands),
      setTheme: (theme) => window.setTheme(theme),
      refused: (reason) => this.#log.write(`Refused: ${reason}`),
    });
    app.on('child-process-gone', (_event, { type, reason, exitCode, name }) => {
      if (reason !== 'clean-exit') this.#log.write(`${name ?? type} ended: ${reason} (${exitCode})`);
    });
    app.on('activate', () => window.show());

    this.#requests.deliverTo((path) => application.requestOpen(path));
    this.#buildMenu();
    window.show();
    void jobs.follow();
    await recent.refresh();
  }

  #prepare(window: BrowserWindow, recovery: CrashRecovery): void {
    recovery.watch(window);
    const { Menu } = this.#electron;
    window.webContents.on('context-menu', (_event, { isEditable, selectionText }) => {
      if (isEditable) Menu.buildFromTemplate([{ role: 'editMenu' }]).items[0]?.submenu?.popup();
      else if (selectionText !== '') Menu.buildFromTemplate([{ role: 'copy' }]).popup();
    });
    // Closing the only window quits, so the question comes while there is a window to ask in.
    window.on('close', (event) => {
      if (this.#quitting) return;
      event.preventDefault();
      this.#electron.app.quit();
    });
  }

  #endWell(application: App, jobs: JobMonitor): void {
    const { app, dialog } = this.#electron;
    const guard = new QuitGuard({
      dialog,
      exports: () => jobs.exports,
      window: () => this.#window?.current,
      quit: () => app.quit(),
    });
    app.on('before-quit', (event) => {
      if (guard.mayQuit()) this.#quitting = true;
      else event.preventDefault();
    });
    app.on('window-all-closed', () => app.quit());
    let ended = false;
    app.on('will-quit', (event) => {
      if (ended) return;
      event.preventDefault();
      ended = true;
      jobs.dispose();
      const patience = setTimeout(() => app.exit(0), DISPOSE_MS);
      void application
        .dispose()
        .catch((error: unknown) => this.#log.writeError('Ending failed', error))
        .finally(() => {
          clearTimeout(patience);
          app.exit(0);
        });
    });
  }

  #tellExported(job: Job): void {
    const window = this.#window?.current;
    if (!window || window.isFocused() || job.state === 'cancelled') return;
    if (this.#options.platform === 'darwin') this.#electron.app.dock?.bounce('informational');
    else {
      window.flashFrame(true);
      window.once('focus', () => window.flashFrame(false));
    }
  }

  #enableCommands(commands: readonly MenuCommand[]): void {
    const enabled = new Set(commands);
    if (enabled.symmetricDifference(this.#enabled).size === 0) return;
    this.#enabled = enabled;
    const menu = this.#electron.Menu.getApplicationMenu();
    for (const command of MENU_COMMANDS) {
      const item = menu?.getMenuItemById(command);
      if (item) item.enabled = enabled.has(command);
    }
  }

  #buildMenu(): void {
    const { app, Menu, shell } = this.#electron;
    const template = menuTemplate(
      {
        platform: this.#options.platform,
        name: APP_NAME,
        enabled: this.#enabled,
        recent: this.#recent?.paths ?? [],
        development: !app.isPackaged,
      },
      {
        command: (command) => this.#window?.send(command),
        openRecent: (path) => this.#requests.add(path),
        showLog: () => shell.showItemInFolder(this.#log.path),
      },
    );
    Menu.setApplicationMenu(Menu.buildFromTemplate(template));
  }
}
