import { chromium, type Browser } from 'playwright-core';
import { fileOf } from '../../support/test-tools.ts';

/**
 * Starts the Chromium of this machine, without a window. Tests run as root in containers, where its sandbox can't.
 * @throws if there is none: a test that needs it says `describe.skipIf(isMissing('chromium'))`.
 */
export async function launchChromium(): Promise<Browser> {
  const executablePath = fileOf('chromium');
  if (executablePath === undefined) throw new Error('Chromium is not installed.');
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--autoplay-policy=no-user-gesture-required',
    ],
  });
}
