import { basename } from 'node:path';
import type { MenuItemConstructorOptions } from 'electron';
import type { MenuCommand } from '../../../shared/desktop-bridge.ts';

export interface MenuSituation {
  readonly platform: NodeJS.Platform;
  readonly name: string;
  readonly enabled: ReadonlySet<MenuCommand>;
  /** Paths of clips opened before, newest first. */
  readonly recent: readonly string[];
  /** Whether tools for developers are offered: never in an installed application. */
  readonly development: boolean;
}

export interface MenuActions {
  command(command: MenuCommand): void;
  openRecent(path: string): void;
  /** Shows the folder of the log file. */
  showLog(): void;
}

const MOST_RECENT = 10;
const SEPARATOR = { type: 'separator' } as const;

/** The application's menus, laid out as its platform does. */
export function menuTemplate(situation: MenuSituation, actions: MenuActions): MenuItemConstructorOptions[] {
  const mac = situation.platform === 'darwin';
  const item = (command: MenuCommand, label: string, accelerator?: string): MenuItemConstructorOptions => ({
    id: command,
    label,
    enabled: situation.enabled.has(command),
    click: () => actions.command(command),
    ...(accelerator === undefined ? {} : { accelerator }),
  });
  // Plain keys are the page's, because in a text field they are text; here they are only shown. On a Mac a menu can't
  // show a key without taking it.
  const shown = (command: MenuCommand, label: string, key: string): MenuItemConstructorOptions =>
    mac ? item(command, label) : { ...item(command, label, key), registerAccelerator: false };
  const about = item('about', `About ${situation.name}`);
  return [
    ...(mac ? [applicationMenu(situation.name, about)] : []),
    {
      role: 'fileMenu',
      label: mac ? 'File' : '&File',
      submenu: [
        item('open', 'Open…', 'CmdOrCtrl+O'),
        recentMenu(situation, actions),
        SEPARATOR,
        item('export', 'Export…', 'CmdOrCtrl+E'),
        SEPARATOR,
        mac ? { role: 'close' } : { role: 'quit', label: situation.platform === 'win32' ? 'E&xit' : '&Quit' },
      ],
    },
    { role: 'editMenu', label: mac ? 'Edit' : '&Edit' },
    {
      label: mac ? 'Clip' : '&Clip',
      submenu: [
        item('deblur', 'Deblur', 'CmdOrCtrl+Return'),
        item('cancel', 'Cancel the Running Job', mac ? 'Cmd+.' : 'Ctrl+.'),
        SEPARATOR,
        item('models', 'Models…', 'CmdOrCtrl+Shift+M'),
        SEPARATOR,
        shown('mark-in', 'Mark In', 'I'),
        shown('mark-out', 'Mark Out', 'O'),
        shown('clear-range', 'Clear In and Out', 'X'),
      ],
    },
    {
      label: mac ? 'Playback' : '&Playback',
      submenu: [
        shown('play-pause', 'Play or Pause', 'Space'),
        SEPARATOR,
        shown('next-frame', 'Next Frame', 'Right'),
        shown('previous-frame', 'Previous Frame', 'Left'),
        shown('go-to-start', 'Go to Start', 'Home'),
        shown('go-to-end', 'Go to End', 'End'),
      ],
    },
    viewMenu(situation, item, shown),
    mac ? { role: 'windowMenu' } : { role: 'windowMenu', label: '&Window' },
    {
      role: 'help',
      label: mac ? 'Help' : '&Help',
      submenu: [
        shown('shortcuts', 'Keyboard Shortcuts', 'F1'),
        { label: 'Show Log File', click: () => actions.showLog() },
        ...(mac ? [] : [SEPARATOR, about]),
      ],
    },
  ];
}

function applicationMenu(name: string, about: MenuItemConstructorOptions): MenuItemConstructorOptions {
  return {
    role: 'appMenu',
    label: name,
    submenu: [
      about,
      SEPARATOR,
      { role: 'services' },
      SEPARATOR,
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      SEPARATOR,
      { role: 'quit' },
    ],
  };
}

function viewMenu(
  { platform, development }: MenuSituation,
  item: (command: MenuCommand, label: string, accelerator: string) => MenuItemConstructorOptions,
  shown: (command: MenuCommand, label: string, key: string) => MenuItemConstructorOptions,
): MenuItemConstructorOptions {
  return {
    label: platform === 'darwin' ? 'View' : '&View',
    submenu: [
      shown('view-before', 'Before', '1'),
      shown('view-after', 'After', '2'),
      shown('view-wipe', 'Wipe', '3'),
      shown('view-side-by-side', 'Side by Side', '4'),
      SEPARATOR,
      item('zoom-fit', 'Fit', 'CmdOrCtrl+0'),
      item('zoom-actual', 'Actual Pixels', 'CmdOrCtrl+1'),
      item('zoom-in', 'Zoom In', 'CmdOrCtrl+Plus'),
      item('zoom-out', 'Zoom Out', 'CmdOrCtrl+-'),
      SEPARATOR,
      { role: 'togglefullscreen' },
      ...(development ? [SEPARATOR, { role: 'reload' } as const, { role: 'toggleDevTools' } as const] : []),
    ],
  };
}

function recentMenu({ recent, platform }: MenuSituation, actions: MenuActions): MenuItemConstructorOptions {
  const paths = recent.slice(0, MOST_RECENT);
  return {
    label: 'Open Recent',
    enabled: paths.length > 0,
    submenu: paths.map((path) => ({
      label: menuText(basename(path), platform),
      toolTip: path,
      click: () => actions.openRecent(path),
    })),
  };
}

/** A file's name as a menu shows it: on one line, `&` not taken for a mnemonic, no longer than a menu is wide. */
export function menuText(name: string, platform: NodeJS.Platform): string {
  const line = name.replaceAll(/\p{Cc}/gu, ' ');
  const short = line.length > 60 ? `${line.slice(0, 40)}…${line.slice(-18)}` : line;
  return platform === 'darwin' ? short : short.replaceAll('&', '&&');
}
