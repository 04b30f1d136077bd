/** Whether a browser opened from here would appear before the user's eyes. */
export function hasDisplay(
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): boolean {
  const has = (name: string): boolean => (environment[name] ?? '') !== '';
  // In a shell from another machine it would open over there, if at all.
  if (has('SSH_CONNECTION') || has('SSH_TTY')) return false;
  return platform === 'darwin' || platform === 'win32' || has('DISPLAY') || has('WAYLAND_DISPLAY');
}

/** Opens an address in the user's browser. Where there is none nothing happens: the address is printed as well. */
export async function openInBrowser(address: string): Promise<void> {
  const { default: open } = await import('open');
  const opener = await open(address);
  opener.on('error', () => undefined);
}
