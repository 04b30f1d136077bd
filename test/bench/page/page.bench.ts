import { VideoReader } from '../../../src/main/media/video-reader.ts';
import { TestApplication } from '../../e2e/support/application.ts';
import { EditorPage } from '../../e2e/support/editor-page.ts';
import { atMost, type BenchCase, type Figure } from '../bench.ts';
import {
  PAGE_MISSING,
  quantile,
  scattered,
  spread,
  timesOf,
  withBrowser,
  writeCameraClip,
} from './page-measures.ts';
import { WatchedPage } from './watched-page.ts';

/** Milliseconds until the first paint, a kept frame and any other frame; and for a task of the main thread. */
const FIRST_PAINT = 1500;
const KEPT = 50;
const SCRUBBED = 150;
const TASK = 50;

/** Milliseconds to decode a frame, one after the other: what nothing can be below. */
async function timeToDecode(path: string): Promise<number> {
  const reader = await VideoReader.open(path);
  const start = performance.now();
  let frames = 0;
  for await (const frame of reader.frames()) {
    frame.dispose();
    frames++;
  }
  return (performance.now() - start) / frames;
}

const start: BenchCase = {
  name: 'page: from the start of the server to the first paint',
  missing: PAGE_MISSING,
  run: () =>
    withBrowser(async (browser) => {
      // The first start may build the page.
      const application = await TestApplication.start();
      const serving: number[] = [];
      const painted: number[] = [];
      const seen: number[] = [];
      try {
        for (let run = 0; run < 7; run++) {
          await application.halt();
          const startedAt = Date.now();
          await application.launch();
          serving.push(Date.now() - startedAt);
          const editor = await EditorPage.open(browser, application);
          const paintedAt = await editor.page.evaluate(async () => {
            const entry = await new Promise<PerformanceEntry>((resolve) => {
              new PerformanceObserver((list) => {
                const first = list.getEntriesByName('first-contentful-paint')[0];
                if (first) resolve(first);
              }).observe({ type: 'paint', buffered: true });
            });
            return performance.timeOrigin + entry.startTime;
          });
          painted.push(paintedAt - startedAt);
          await editor.clipIsShown('sample.mp4');
          seen.push(Date.now() - startedAt);
          await editor.close();
        }
      } finally {
        await application.stop();
      }
      return [
        { what: 'server listens, median', value: quantile(serving, 0.5), unit: 'ms' },
        { what: 'first paint, median', value: quantile(painted, 0.5), unit: 'ms', promised: FIRST_PAINT },
        { what: 'first paint, slowest of 7', value: Math.max(...painted), unit: 'ms' },
        { what: 'first frame of the sample, median', value: quantile(seen, 0.5), unit: 'ms' },
      ];
    }),
};

/** Shares of the length that a hand drags from and to, and in how many seconds. */
const DRAGS = [
  [0.05, 0.3, 0.6],
  [0.3, 0.9, 1.2],
  [0.9, 0.2, 0.8],
  [0.2, 0.26, 0.5],
  [0.26, 0.7, 2],
  [0.7, 0.62, 0.7],
  [0.62, 0.98, 0.5],
  [0.98, 0.5, 1.5],
  [0.5, 0.44, 1],
  [0.44, 0.02, 1],
] as const;

const scrubbing: BenchCase = {
  name: 'page: looking at 1920x1080, H.264, groups of 30 pictures',
  missing: PAGE_MISSING,
  run: (folder) =>
    withBrowser(async (browser) => {
      const clip = writeCameraClip(folder);
      const decoding = await timeToDecode(clip);
      // Without the sample, nothing is deblurred meanwhile.
      const application = await TestApplication.start([], [clip]);
      try {
        const editor = await EditorPage.open(browser, application, { width: 1920, height: 1080 });
        await editor.clipIsShown('camera.mp4');
        const page = await WatchedPage.watch(editor.page);
        const figures: Figure[] = [{ what: 'decoding, per frame', value: decoding, unit: 'ms' }];
        figures.push(...(await clicks(page, decoding)));
        figures.push(...(await drags(page)));
        figures.push(...(await steps(page)));
        figures.push(...(await playback(page, editor)));
        return figures;
      } finally {
        await application.stop();
      }
    }),
};

async function clicks(page: WatchedPage, decoding: number): Promise<Figure[]> {
  const times: number[] = [];
  for (const share of scattered(40)) {
    const index = await page.drag(share, share, 0);
    // A person looks before the next click.
    await new Promise((resolve) => setTimeout(resolve, 250));
    times.push(...timesOf((await page.take()).shown, (frame) => frame.index === index));
  }
  const half = 15 * decoding;
  return [
    ...spread('click on the bar', times, SCRUBBED),
    {
      what: 'click, median, against decoding half a group',
      value: quantile(times, 0.5) / half,
      unit: 'x',
      bound: atMost(4),
    },
  ];
}

async function drags(page: WatchedPage): Promise<Figure[]> {
  const rested: number[] = [];
  const onTheWay: number[] = [];
  const longTasks: number[] = [];
  let moving = 0;
  for (const [from, to, seconds] of [...DRAGS, ...DRAGS, ...DRAGS]) {
    const index = await page.drag(from, to, seconds);
    const watched = await page.take();
    moving += seconds;
    rested.push(...timesOf(watched.shown, (frame) => frame.index === index).slice(-1));
    onTheWay.push(...timesOf(watched.shown, (frame) => frame.index !== index));
    longTasks.push(...watched.longTasks);
  }
  return [
    ...spread('end of a drag', rested, SCRUBBED),
    ...spread('frames on the way', onTheWay),
    { what: 'frames shown while dragging', value: onTheWay.length / moving, unit: '/s' },
    { what: 'tasks over 50 ms while dragging', value: longTasks.length, unit: '', promised: 0 },
    { what: 'longest task', value: Math.max(0, ...longTasks), unit: 'ms', promised: TASK },
  ];
}

/** Back and forth over frames that were on the screen a moment ago. */
async function steps(page: WatchedPage): Promise<Figure[]> {
  const keys = [...Array<string>(6).fill('ArrowRight'), ...Array<string>(6).fill('ArrowLeft')];
  for (const key of keys) await page.step(key);
  await page.take();
  for (const key of [...keys, ...keys, ...keys]) await page.step(key);
  const { shown } = await page.take();
  return spread(
    'frame seen before',
    timesOf(shown, () => true),
    KEPT,
  );
}

async function playback(page: WatchedPage, editor: EditorPage): Promise<Figure[]> {
  await editor.press('Home');
  await new Promise((resolve) => setTimeout(resolve, 500));
  await page.take();
  await editor.press('Space');
  await new Promise((resolve) => setTimeout(resolve, 4000));
  await editor.press('Space');
  const { shown, longTasks } = await page.take();
  const played = shown.filter((frame) => frame.playing);
  const seconds = (played.at(-1)!.at - played[0]!.at) / 1000;
  return [
    { what: 'playback, frames shown', value: (played.length - 1) / seconds, unit: '/s' },
    { what: 'playback, frames left out', value: played.at(-1)!.dropped / seconds, unit: '/s' },
    { what: 'playback, tasks over 50 ms', value: longTasks.length, unit: '' },
  ];
}

export const cases: readonly BenchCase[] = [start, scrubbing];
