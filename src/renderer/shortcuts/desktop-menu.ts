import { MENU_COMMANDS, type DesktopBridge, type MenuCommand } from '../../shared/desktop-bridge.ts';
import type { Workspace } from '../state/workspace.svelte.ts';
import { commandOf, runCommand } from './commands.ts';

/** The commands that make sense now, for the menus of the window. */
export function enabledMenuCommands(workspace: Workspace): MenuCommand[] {
  if (workspace.dialog) return [];
  return MENU_COMMANDS.filter((id) => commandOf(id).enabled(workspace));
}

/** Carries out what is chosen in the window's menus, until the returned function is called. */
export function followDesktopMenu(bridge: DesktopBridge, workspace: Workspace): () => void {
  return bridge.onMenuCommand((id) => {
    if (!workspace.dialog) runCommand(commandOf(id), workspace);
  });
}
