/** A key with its modifiers, for example `Mod+O`, `Shift+ArrowLeft`, `K`. `Mod` is Cmd on a Mac, Ctrl elsewhere. */
export type Keys = string;

interface Press {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

const NAMES: Readonly<Record<string, string>> = { ' ': 'Space' };
const SYMBOLS: Readonly<Record<string, string>> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
};
const MAC_SYMBOLS: Readonly<Record<string, string>> = { Mod: '⌘', Shift: '⇧', Alt: '⌥' };

/** The keys of an event. Letters are the ones of the user's layout; Shift is left out where it made the character. */
export function keysOf(press: Press, mac: boolean): Keys {
  const key = NAMES[press.key] ?? (press.key.length === 1 ? press.key.toUpperCase() : press.key);
  const letter = /^\p{L}$/u.test(key);
  const parts: string[] = [];
  if (mac ? press.metaKey : press.ctrlKey) parts.push('Mod');
  if (mac ? press.ctrlKey : press.metaKey) parts.push('Other');
  if (press.altKey) parts.push('Alt');
  if (press.shiftKey && (letter || key.length > 1)) parts.push('Shift');
  return [...parts, key].join('+');
}

/** Keys as they are shown: `Ctrl+O`, `⌘O`, `Shift+←`. */
export function keysText(keys: Keys, mac: boolean): string {
  const parts = keys.split(/\+(?=.)/);
  const shown = parts.map((part) => SYMBOLS[part] ?? (mac ? MAC_SYMBOLS[part] : undefined) ?? part);
  return mac ? shown.join('') : shown.join('+').replace('Mod', 'Ctrl');
}

export function isMac(platform: string = navigator.platform): boolean {
  return /^(?:mac|darwin|iphone|ipad)/i.test(platform);
}
