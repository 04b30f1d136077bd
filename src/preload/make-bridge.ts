import type { IpcRenderer, WebUtils } from 'electron';
import type { DesktopBridge, MenuCommand } from '../shared/desktop-bridge.ts';
import { DESKTOP_CHANNELS } from '../shared/desktop-channels.ts';

/** The parts of Electron that a sandboxed preload script gets. */
export interface PreloadElectron {
  readonly ipc: Pick<IpcRenderer, 'invoke' | 'send' | 'on' | 'off'>;
  readonly webUtils: Pick<WebUtils, 'getPathForFile'>;
}

/**
 * Makes the page's bridge: fixed functions over fixed channels. Nothing of Electron passes through, neither `ipc` nor
 * an event with its sender.
 */
export function makeBridge({ ipc, webUtils }: PreloadElectron): DesktopBridge {
  const unheard: string[] = [];
  const noticeListeners = new Set<(text: string) => void>();
  ipc.on(DESKTOP_CHANNELS.notice, (_event, text: string) => {
    if (noticeListeners.size === 0) unheard.push(text);
    for (const listener of noticeListeners) listener(text);
  });

  return {
    chooseClips: () => ipc.invoke(DESKTOP_CHANNELS.chooseClips) as Promise<readonly string[]>,
    chooseWeights: () => ipc.invoke(DESKTOP_CHANNELS.chooseWeights) as Promise<readonly string[]>,
    chooseOutput: (suggestion) =>
      ipc.invoke(DESKTOP_CHANNELS.chooseOutput, suggestion) as Promise<string | undefined>,
    pathsOfDropped: (files) =>
      // Only here is a `File` known to stand for a file on a disk: the page can't make one up for a path.
      ipc.invoke(
        DESKTOP_CHANNELS.grantDropped,
        files.map((file) => pathOf(file, webUtils)).filter((path) => path !== ''),
      ) as Promise<readonly string[]>,
    showInFolder: (path) => ipc.invoke(DESKTOP_CHANNELS.showInFolder, path) as Promise<void>,
    setProgress: (fraction) => ipc.send(DESKTOP_CHANNELS.progress, fraction),
    setEnabledCommands: (commands) => ipc.send(DESKTOP_CHANNELS.enabledCommands, commands),
    setTheme: (theme) => ipc.send(DESKTOP_CHANNELS.theme, theme),
    onMenuCommand(listener) {
      const hear = (_event: unknown, command: MenuCommand): void => listener(command);
      ipc.on(DESKTOP_CHANNELS.menuCommand, hear);
      return () => void ipc.off(DESKTOP_CHANNELS.menuCommand, hear);
    },
    onNotice(listener) {
      noticeListeners.add(listener);
      for (const text of unheard.splice(0)) listener(text);
      return () => void noticeListeners.delete(listener);
    },
  };
}

/** Empty for what is not a file on a disk: text, an element of the page, a picture from another program. */
function pathOf(file: unknown, webUtils: PreloadElectron['webUtils']): string {
  try {
    return webUtils.getPathForFile(file as Parameters<WebUtils['getPathForFile']>[0]);
  } catch {
    return '';
  }
}
