import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { TestApplication } from './application.ts';
import { launchChromium } from './chromium.ts';
import { EditorPage, type PageOptions } from './editor-page.ts';

/** 90 frames of 480 x 360, 29.97 per second, with sound. */
const STREAM = join(import.meta.dirname, '../../fixtures/media/stream.mp4');

export interface OpenStreamOptions extends PageOptions {
  /** Further files to copy into the clip folder. */
  readonly clips?: readonly string[];
  /** One that is already there, and goes on; otherwise one is started for this. */
  readonly browser?: Browser;
}

export interface OpenStream {
  readonly application: TestApplication;
  readonly editor: EditorPage;
  /** Ends both, and the browser where it was started for them. */
  readonly close: () => Promise<void>;
}

/**
 * What most tests begin with: an application of their own, and in a browser its page with a copy of `STREAM` from its
 * clip folder on the screen.
 */
export async function openStream({
  clips = [],
  browser: given,
  ...page
}: OpenStreamOptions = {}): Promise<OpenStream> {
  const ends: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    const browser = given ?? (await launchChromium());
    if (!given) ends.push(() => browser.close());
    const application = await TestApplication.start([STREAM, ...clips], (folder) => [
      join(folder, 'stream.mp4'),
    ]);
    ends.push(() => application.stop());
    const editor = await EditorPage.open(browser, application, page);
    ends.push(() => editor.close());
    await editor.clipIsShown('stream.mp4');
    return { application, editor, close };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}
