import { existsSync, statSync } from 'node:fs';
import { extname, isAbsolute, join } from 'node:path';
import type { BrowserWindow, FileFilter, IpcMainEvent, IpcMainInvokeEvent } from 'electron';
import { z } from 'zod';
import { pathSchema } from '../../../shared/api/clip.ts';
import { DESKTOP_THEMES, MENU_COMMANDS } from '../../../shared/desktop-bridge.ts';
import type { DesktopTheme, MenuCommand } from '../../../shared/desktop-bridge.ts';
import { DESKTOP_CHANNELS } from '../../../shared/desktop-channels.ts';
import { AcutanceError } from '../../../shared/errors.ts';
import { isOwnAddress } from './app-scheme.ts';
import type { Electron } from './electron-api.ts';
import { VIDEO_EXTENSIONS } from './video-types.ts';

const absolutePath = pathSchema.refine(isAbsolute, 'A path here is absolute.');
const fileName = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[^/\\\0]+$/, 'A file name holds no separator.');

/** What published weights come in. */
const WEIGHTS_EXTENSIONS = ['pth', 'pt', 'pytorch', 'safetensors', 'ckpt'] as const;

/** What the page may say on each channel, in order. */
const PARAMETERS = {
  [DESKTOP_CHANNELS.chooseClips]: z.tuple([]),
  [DESKTOP_CHANNELS.chooseWeights]: z.tuple([]),
  [DESKTOP_CHANNELS.chooseOutput]: z.tuple([
    z.object({
      folder: absolutePath.optional(),
      name: fileName,
      extensions: z
        .array(z.string().regex(/^[a-z0-9]{1,8}$/))
        .min(1)
        .max(16),
    }),
  ]),
  [DESKTOP_CHANNELS.grantDropped]: z.tuple([z.array(absolutePath).max(1000)]),
  [DESKTOP_CHANNELS.showInFolder]: z.tuple([absolutePath]),
  [DESKTOP_CHANNELS.progress]: z.tuple([z.number().min(0).max(1).optional()]),
  [DESKTOP_CHANNELS.enabledCommands]: z.tuple([z.array(z.enum(MENU_COMMANDS)).max(MENU_COMMANDS.length)]),
  [DESKTOP_CHANNELS.theme]: z.tuple([z.enum(DESKTOP_THEMES)]),
} as const;
type Channel = keyof typeof PARAMETERS;
type Parameters<C extends Channel> = z.output<(typeof PARAMETERS)[C]>;

export interface BridgeHost {
  /** The window whose page may speak here; undefined while there is none. */
  window(): BrowserWindow | undefined;
  /** Lets the page open, or write, a file. */
  grant(path: string): void;
  /** Whether a file was granted, or opened before: only such a file is shown in the file manager. */
  isKnown(path: string): boolean;
  enableCommands(commands: readonly MenuCommand[]): void;
  setTheme(theme: DesktopTheme): void;
  /** A message that is refused, for the log. */
  refused(reason: string): void;
}

/**
 * Answers the page's bridge. Every message must come from the main frame of our window's own page and fit its schema;
 * others are refused and logged.
 */
export function installBridge(
  { ipcMain, dialog, shell, app }: Pick<Electron, 'ipcMain' | 'dialog' | 'shell' | 'app'>,
  host: BridgeHost,
): void {
  const checked = <C extends Channel>(
    channel: C,
    event: IpcMainInvokeEvent | IpcMainEvent,
    parameters: readonly unknown[],
  ): { window: BrowserWindow; parameters: Parameters<C> } => {
    const window = host.window();
    const problem = senderProblem(event, window) ?? PARAMETERS[channel].safeParse(parameters).error?.message;
    if (problem !== undefined || !window) {
      host.refused(`${channel}: ${problem ?? 'there is no window'}`);
      throw new AcutanceError('request-invalid', `The message ${channel} was refused.`);
    }
    return {
      window,
      parameters: PARAMETERS[channel].parse(parameters) as Parameters<C>,
    };
  };
  const answer = <C extends Channel>(
    channel: C,
    handler: (window: BrowserWindow, ...parameters: Parameters<C>) => unknown,
  ): void =>
    ipcMain.handle(channel, async (event, ...given: unknown[]) => {
      const { window, parameters } = checked(channel, event, given);
      return await handler(window, ...parameters);
    });
  const hear = <C extends Channel>(
    channel: C,
    handler: (window: BrowserWindow, ...parameters: Parameters<C>) => void,
  ): void =>
    void ipcMain.on(channel, (event, ...given: unknown[]) => {
      try {
        const { window, parameters } = checked(channel, event, given);
        handler(window, ...parameters);
      } catch (error) {
        // Nobody waits for an answer; a refusal is in the log already.
        if (!(error instanceof AcutanceError)) throw error;
      }
    });

  const choose = async (window: BrowserWindow, title: string, filter: FileFilter): Promise<string[]> => {
    const { canceled, filePaths } = await dialog.showOpenDialog(window, {
      title,
      properties: ['openFile', 'multiSelections'],
      filters: [filter, { name: 'All files', extensions: ['*'] }],
    });
    if (canceled) return [];
    for (const path of filePaths) host.grant(path);
    return filePaths;
  };

  answer(DESKTOP_CHANNELS.chooseClips, (window) =>
    choose(window, 'Open clips', { name: 'Videos', extensions: [...VIDEO_EXTENSIONS] }),
  );

  answer(DESKTOP_CHANNELS.chooseWeights, (window) =>
    choose(window, 'Import weights', { name: 'Weights', extensions: [...WEIGHTS_EXTENSIONS] }),
  );

  answer(DESKTOP_CHANNELS.chooseOutput, async (window, { folder, name, extensions }) => {
    const { canceled, filePath } = await dialog.showSaveDialog(window, {
      title: 'Export',
      defaultPath: join(folder ?? app.getPath('videos'), name),
      filters: [{ name: 'Video', extensions }],
      properties: ['createDirectory', 'showOverwriteConfirmation'],
    });
    if (canceled || filePath === '') return undefined;
    const path = withExtension(filePath, extensions);
    // The dialog asked about the name as it was typed, which is not the one that will be written.
    if (path !== filePath && existsSync(path) && !(await mayReplace(dialog, window, path))) return undefined;
    host.grant(path);
    return path;
  });

  answer(DESKTOP_CHANNELS.grantDropped, (_window, paths) => {
    const files = paths.filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true);
    for (const path of files) host.grant(path);
    return files;
  });

  answer(DESKTOP_CHANNELS.showInFolder, (_window, path) => {
    // Looking at a path of someone else's choice can make Windows send the user's credentials to a server.
    if (host.isKnown(path)) shell.showItemInFolder(path);
    else host.refused(`${DESKTOP_CHANNELS.showInFolder}: not a file of this session`);
  });

  hear(DESKTOP_CHANNELS.progress, (window, fraction) => window.setProgressBar(fraction ?? -1));
  hear(DESKTOP_CHANNELS.enabledCommands, (_window, commands) => host.enableCommands(commands));
  hear(DESKTOP_CHANNELS.theme, (_window, theme) => host.setTheme(theme));
}

/** Why a message must not be believed; undefined if it comes from our own page in our own window. */
export function senderProblem(
  event: Pick<IpcMainInvokeEvent, 'senderFrame' | 'sender'>,
  window: BrowserWindow | undefined,
): string | undefined {
  const frame = event.senderFrame;
  if (frame?.isDestroyed() !== false) return 'its frame is gone';
  if (event.sender !== window?.webContents) return 'it comes from another window';
  if (frame.parent !== null) return 'it comes from an embedded frame';
  if (!isOwnAddress(frame.url)) return 'it comes from another page';
  return undefined;
}

function withExtension(path: string, extensions: readonly string[]): string {
  const extension = extname(path).slice(1).toLowerCase();
  return extensions.includes(extension) ? path : `${path}.${extensions[0]!}`;
}

async function mayReplace(
  dialog: Pick<Electron['dialog'], 'showMessageBox'>,
  window: BrowserWindow,
  path: string,
): Promise<boolean> {
  const { response } = await dialog.showMessageBox(window, {
    type: 'warning',
    message: 'The file exists. Replace it?',
    detail: path,
    buttons: ['Replace', 'Cancel'],
    defaultId: 1,
    cancelId: 1,
    noLink: true,
  });
  return response === 0;
}
