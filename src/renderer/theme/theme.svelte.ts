/** What the user may choose; `system` follows the operating system as it changes. */
export const THEMES = ['system', 'dark', 'light'] as const;
export type ThemeChoice = (typeof THEMES)[number];

/** Also read by `public/theme.js`, which applies it before the first paint. */
const STORAGE_KEY = 'acutance-theme';

/** The theme of the page, remembered by the browser. */
export class Theme {
  #choice = $state<ThemeChoice>(remembered());

  constructor() {
    apply(this.#choice);
  }

  get choice(): ThemeChoice {
    return this.#choice;
  }

  set choice(choice: ThemeChoice) {
    this.#choice = choice;
    apply(choice);
    try {
      if (choice === 'system') localStorage.removeItem(STORAGE_KEY);
      else localStorage.setItem(STORAGE_KEY, choice);
    } catch {
      // Storage may be switched off: then the choice holds until the page closes.
    }
  }
}

function apply(choice: ThemeChoice): void {
  if (choice === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = choice;
}

function remembered(): ThemeChoice {
  try {
    const stored = localStorage.getItem(STORAGE_KEY);
    return THEMES.find((theme) => theme === stored) ?? 'system';
  } catch {
    return 'system';
  }
}
