import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../../e2e/support/chromium.ts';
import { isMissing } from '../../support/test-tools.ts';
import type { Figure } from '../bench.ts';
import type { Shown } from './watched-page.ts';

const SAMPLE = join(import.meta.dirname, '../../../resources/sample.mp4');
/** Of the camera's clip. */
export const FRAMES = 150;

/** Why nothing can be measured through the page here. */
export const PAGE_MISSING = missingTool();

function missingTool(): string | undefined {
  const missing = (['chromium', 'ffmpeg'] as const).find((tool) => isMissing(tool));
  return missing && `${missing} is not installed`;
}

/** Five seconds as a camera writes them: 1920 x 1080, some grain, 12 Mbit/s, groups of 30 pictures. */
export function writeCameraClip(folder: string): string {
  const path = join(folder, 'camera.mp4');
  const picture = 'scale=1920:1080:flags=bicubic,noise=alls=6:allf=t,format=yuv420p';
  const rate = ['-b:v', '12M', '-maxrate', '16M', '-bufsize', '12M'];
  const groups = ['-g', '30', '-keyint_min', '30', '-sc_threshold', '0', '-bf', '2'];
  execFileSync('ffmpeg', [
    ...['-v', 'error', '-stream_loop', '3', '-i', SAMPLE, '-vf', picture, '-frames:v', String(FRAMES)],
    ...['-c:v', 'libx264', '-preset', 'veryfast', ...rate, ...groups, '-c:a', 'copy', '-shortest', path],
  ]);
  return path;
}

export async function withBrowser<Result>(work: (browser: Browser) => Promise<Result>): Promise<Result> {
  const browser = await launchChromium();
  try {
    return await work(browser);
  } finally {
    await browser.close();
  }
}

/** Milliseconds from the input to the picture, of the frames that a test says. */
export function timesOf(shown: readonly Shown[], which: (frame: Shown) => boolean): number[] {
  return shown.filter((frame) => which(frame) && !Number.isNaN(frame.took)).map(({ took }) => took);
}

export function spread(what: string, times: readonly number[], promised?: number): Figure[] {
  return [
    { what: `${what}, median of ${times.length}`, value: quantile(times, 0.5), unit: 'ms' },
    { what: `${what}, 95 of 100`, value: quantile(times, 0.95), unit: 'ms', promised },
    { what: `${what}, slowest`, value: Math.max(...times), unit: 'ms' },
  ];
}

/** Shares of the clip's length, the same ones every time. */
export function scattered(count: number): number[] {
  let state = 7;
  return Array.from({ length: count }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  });
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}
