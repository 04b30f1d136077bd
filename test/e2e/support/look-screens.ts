import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import type { TestApplication } from './application.ts';
import { EditorPage } from './editor-page.ts';
import { importMadeUp } from './made-up-network.ts';

export interface LookScreenOptions {
  readonly folder: string;
  readonly sizes: readonly { readonly width: number; readonly height: number }[];
}

/**
 * Pictures of looks inside the network over the clip that is open, which gets made-up weights for it: the shipped ones
 * see no motion.
 */
export async function shootLooks(
  browser: Browser,
  application: TestApplication,
  { folder, sizes }: LookScreenOptions,
): Promise<void> {
  let prepared = false;
  for (const theme of ['dark', 'light'] as const) {
    for (const { width, height } of sizes) {
      const editor = await EditorPage.open(browser, application, { theme, width, height });
      const { page } = editor;
      const shoot = async (name: string): Promise<void> => {
        await page.waitForTimeout(500);
        const path = join(folder, `look-inside-${name}-${theme}-${width}x${height}.jpg`);
        await page.screenshot({ path, type: 'jpeg', quality: 88 });
      };
      const menu = () => page.getByRole('button', { name: /^Look inside/ }).click();
      const choose = async (look: string): Promise<void> => {
        await menu();
        await page.getByRole('menuitem', { name: look }).click();
      };
      await editor.frameIsShown(0);
      await editor.goTo(24);
      await editor.frameIsShown(24);
      const first = !prepared;
      if (first) {
        await importMadeUp(editor, application, 'cdvd-tsp');
        await editor.inspector.getByRole('combobox', { name: 'Weights' }).click();
        await page.getByRole('option', { name: /made-up/ }).click();
        prepared = true;
      }
      await menu();
      await shoot('menu');
      await editor.press('Escape');
      await choose('Optical flow');
      if (first) {
        await page.getByText('Computing…').waitFor();
        await shoot('computing');
      }
      await page.locator('canvas.look').waitFor({ timeout: 120_000 });
      await shoot('flow');
      await choose('Sharpness prior');
      await editor.choose('View', 'Side by side');
      await page.locator('canvas.look').waitFor({ timeout: 120_000 });
      await shoot('side-by-side');
      await editor.close();
    }
  }
}
