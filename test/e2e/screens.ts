/**
 * `npm run screens`: pictures of every screen in both themes and two sizes, into test/e2e/screens, for people to look
 * at. They are made by hand, not by the tests: a picture that differs is no failure, but it is to be seen.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestApplication } from './support/application.ts';
import { launchChromium } from './support/chromium.ts';
import { EditorPage } from './support/editor-page.ts';
import { joinShots } from './support/joined-shots.ts';
import { shootLooks } from './support/look-screens.ts';

const FOLDER = join(import.meta.dirname, 'screens');
const SAMPLE = join(import.meta.dirname, '../../resources/sample.mp4');
const SIZES = [
  { width: 1280, height: 720 },
  { width: 2560, height: 1440 },
] as const;

mkdirSync(FOLDER, { recursive: true });
const made = mkdtempSync(join(tmpdir(), 'acutance-screens-'));
const shots = join(made, 'shots.mp4');
joinShots(shots, [40, 25, 35]);
const browser = await launchChromium();
const application = await TestApplication.start([[SAMPLE, 'butterfly.mp4'], shots]);
try {
  let rendered = false;
  for (const theme of ['dark', 'light'] as const) {
    for (const { width, height } of SIZES) {
      const editor = await EditorPage.open(browser, application, { theme, width, height });
      const shoot = async (name: string): Promise<void> => {
        await editor.page.waitForTimeout(500);
        const path = join(FOLDER, `${name}-${theme}-${width}x${height}.jpg`);
        await editor.page.screenshot({ path, type: 'jpeg', quality: 88 });
      };
      if (!rendered) {
        await editor.clipIsShown('sample.mp4');
        await shoot('first-start');
        await editor.inspector.getByRole('button', { name: /^Cancel/ }).click();
        await editor.openClip(join(application.clipFolder, 'butterfly.mp4'));
        await editor.clipIsShown('butterfly.mp4');
        await editor.mark(20, 30);
        await editor.deblur();
        await editor.goTo(20);
        await editor.frameIsShown(20, 'after', 180_000);
        await shoot('deblurring');
        await editor.page.getByText('All frames deblurred').waitFor({ timeout: 300_000 });
        rendered = true;
      } else await editor.clipIsShown('butterfly.mp4');
      await editor.goTo(24);
      await editor.frameIsShown(24, 'after');
      await shoot('wipe');
      for (const mode of ['Before', 'After', 'Side by side']) {
        await editor.choose('View', mode);
        await shoot(mode.toLowerCase().replaceAll(' ', '-'));
      }
      await editor.choose('View', 'Wipe');
      await editor.press('Control+o');
      await shoot('open');
      await editor.press('Escape');
      await editor.press('Control+e');
      await shoot('export');
      await editor.press('Escape');
      await editor.press('Control+Shift+m');
      await shoot('models');
      await editor.press('Escape');
      await editor.press('F1');
      await shoot('shortcuts');
      await editor.press('Escape');
      await editor.page.getByRole('button', { name: 'About Acutance' }).click();
      await shoot('about');
      await editor.press('Escape');
      await editor.openClip(join(application.clipFolder, 'shots.mp4'));
      await editor.clipIsShown('shots.mp4');
      await editor.page.getByText('2 cuts').waitFor();
      await editor.press('ArrowDown');
      await editor.frameIsShown(40);
      await shoot('scene-cuts');
      await editor.openClip(join(application.clipFolder, 'butterfly.mp4'));
      await editor.clipIsShown('butterfly.mp4');
      await editor.openClip('/etc/hostname');
      await shoot('problem');
      await editor.close();
    }
  }
  await shootLooks(browser, application, { folder: FOLDER, sizes: SIZES });
} finally {
  await application.stop();
  await browser.close();
  rmSync(made, { recursive: true, force: true });
}
