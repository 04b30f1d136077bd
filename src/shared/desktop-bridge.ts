/**
 * What the desktop window offers its page beyond the API: `window.acutanceDesktop`, put there by the preload script and
 * absent in a browser. Paths that come back from here are already granted to the page's session.
 */
export interface DesktopBridge {
  /** Shows the system's open dialog; empty when it was dismissed. */
  chooseClips(): Promise<readonly string[]>;
  /** The same for weight files. */
  chooseWeights(): Promise<readonly string[]>;
  /** Shows the system's save dialog; undefined when it was dismissed. It has asked about replacing a file. */
  chooseOutput(suggestion: OutputSuggestion): Promise<string | undefined>;
  /** Paths of files dropped on the window (DOM `File`s); what is not a file on a disk is left out. */
  pathsOfDropped(files: readonly unknown[]): Promise<readonly string[]>;
  /** Shows a file in the system's file manager, if it came from here or was opened before. */
  showInFolder(path: string): Promise<void>;
  /** Progress in dock or taskbar, 0 to 1; undefined takes it away. */
  setProgress(fraction: number | undefined): void;
  /** Which menu commands make sense now; the others are greyed out. Before the first call none is enabled. */
  setEnabledCommands(commands: readonly MenuCommand[]): void;
  /** The theme of title bar, menus and dialogs, and of the window until the page is drawn. */
  setTheme(theme: DesktopTheme): void;
  /** Calls back for each menu command; returns a function that ends it. */
  onMenuCommand(listener: (command: MenuCommand) => void): () => void;
  /**
   * Calls back with what the user should be told in the page, one or two sentences: that the window crashed and was
   * restored. What was said before anyone listened is said to the first who does. Returns a function that ends it.
   */
  onNotice(listener: (text: string) => void): () => void;
}

export interface OutputSuggestion {
  readonly folder?: string | undefined;
  readonly name: string;
  /** Allowed file name extensions, without dots, the first being the default. */
  readonly extensions: readonly string[];
}

export const DESKTOP_THEMES = ['system', 'dark', 'light'] as const;
export type DesktopTheme = (typeof DESKTOP_THEMES)[number];

/** Everything a menu of the window can ask of the page. */
export const MENU_COMMANDS = [
  'open',
  'export',
  'deblur',
  'cancel',
  'models',
  'play-pause',
  'next-frame',
  'previous-frame',
  'go-to-start',
  'go-to-end',
  'mark-in',
  'mark-out',
  'clear-range',
  'view-before',
  'view-after',
  'view-wipe',
  'view-side-by-side',
  'zoom-fit',
  'zoom-actual',
  'zoom-in',
  'zoom-out',
  'shortcuts',
  'about',
] as const;
export type MenuCommand = (typeof MENU_COMMANDS)[number];
