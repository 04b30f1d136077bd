/** The messages between the desktop window's page (its preload script) and the main process. */
export const DESKTOP_CHANNELS = {
  /** Asked by the page, answered by the main process. */
  chooseClips: 'acutance:choose-clips',
  chooseWeights: 'acutance:choose-weights',
  chooseOutput: 'acutance:choose-output',
  grantDropped: 'acutance:grant-dropped',
  showInFolder: 'acutance:show-in-folder',
  /** Said by the page. */
  progress: 'acutance:progress',
  enabledCommands: 'acutance:enabled-commands',
  theme: 'acutance:theme',
  /** Said to the page. */
  menuCommand: 'acutance:menu-command',
  notice: 'acutance:notice',
} as const;
