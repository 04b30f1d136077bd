import { chromium } from 'playwright-core';
import { fileOf } from '../../test/support/test-tools.ts';

/**
 * Draws an SVG at several sizes, with the Chromium of this machine.
 * @returns PNG files with transparency, by size in pixels
 */
export async function rasterise(svg: string, sizes: readonly number[]): Promise<Map<number, Buffer>> {
  const executablePath = fileOf('chromium');
  if (executablePath === undefined) throw new Error('Drawing the icons needs Chromium.');
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    const page = await browser.newPage();
    const drawn = new Map<number, Buffer>();
    for (const size of sizes) {
      await page.setViewportSize({ width: size, height: size });
      await page.setContent(
        `<style>html,body{margin:0;background:transparent}svg{display:block;width:${size}px;height:${size}px}</style>${svg}`,
      );
      drawn.set(size, await page.screenshot({ omitBackground: true }));
    }
    return drawn;
  } finally {
    await browser.close();
  }
}
