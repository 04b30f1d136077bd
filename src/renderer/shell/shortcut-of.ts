import { commandOf, type CommandId } from '../shortcuts/commands.ts';
import { isMac, keysText } from '../shortcuts/keys.ts';

/** The keys of a command as they are shown here; undefined where it has none. */
export function shortcutOf(id: CommandId): string | undefined {
  const [keys] = commandOf(id).keys;
  return keys === undefined ? undefined : keysText(keys, isMac());
}
