import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isMissing } from '../support/test-tools.ts';
import { TestApplication } from './support/application.ts';
import { launchChromium } from './support/chromium.ts';
import { EditorPage } from './support/editor-page.ts';

const SAMPLE = join(import.meta.dirname, '../../resources/sample.mp4');

describe.skipIf(isMissing('chromium'))('the first screen', () => {
  let browser: Browser;
  let application: TestApplication;
  let editor: EditorPage;

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    await editor.close();
    await application.stop();
  });

  it('shows the sample on a first start and deblurs its first two seconds without being asked', async () => {
    application = await TestApplication.start();
    editor = await EditorPage.open(browser, application);
    await editor.clipIsShown('sample.mp4');

    const progress = editor.inspector.getByRole('progressbar', { name: 'Deblurring' });
    await progress.waitFor();
    expect(await editor.inspector.innerText()).toContain('of 60 frames');

    await editor.frameIsShown(0, 'after', 90_000);
    const before = await editor.pixels('before');
    const after = await editor.pixels('after');
    expect([after.width, after.height]).toEqual([640, 360]);
    expect(changedShare(before.rgba, after.rgba)).toBeGreaterThan(0.05);
    expect(editor.complaints).toEqual([]);
  });

  it('does not deblur by itself on a second start, and opens the clip that was open', async () => {
    application = await TestApplication.start([[SAMPLE, 'holiday.mp4']]);
    editor = await EditorPage.open(browser, application);
    await editor.clipIsShown('sample.mp4');
    await editor.openClip(join(application.clipFolder, 'holiday.mp4'));
    await editor.clipIsShown('holiday.mp4');
    await editor.close();
    await application.halt();

    await application.launch();
    editor = await EditorPage.open(browser, application);
    await editor.clipIsShown('holiday.mp4');
    await editor.inspector.getByRole('button', { name: /^Deblur/ }).waitFor();
    expect(await editor.inspector.getByRole('progressbar').count()).toBe(0);
  });
});

/** Share of the colour values that differ. */
function changedShare(a: Uint8Array, b: Uint8Array): number {
  let changed = 0;
  for (const [index, value] of a.entries()) if (value !== b[index]) changed++;
  return changed / a.length;
}
