// Runs before the first paint, so that a theme other than the system's does not flash; see theme/theme.svelte.ts.
(() => {
  try {
    const theme = globalThis.localStorage.getItem('acutance-theme');
    if (theme === 'dark' || theme === 'light') globalThis.document.documentElement.dataset['theme'] = theme;
  } catch {
    // Without storage the system's theme applies.
  }
})();
