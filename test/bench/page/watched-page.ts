import type { Page } from 'playwright-core';
import type { FrameShown } from '../../../src/renderer/viewer/frame-report.ts';

/** A frame that came on the screen; times in milliseconds of the page's clock. */
export interface Shown extends FrameShown {
  /** From the input that moved the playhead there, which may have waited before the page saw it. */
  readonly took: number;
  readonly at: number;
}

export interface Watched {
  readonly shown: readonly Shown[];
  /** Main-thread tasks of more than 50 ms. */
  readonly longTasks: readonly number[];
}

/** What the page notes down while it is watched. */
interface Notes {
  moves: { index: number; at: number }[];
  shown: { index: number; kind: FrameShown['kind']; playing: boolean; dropped: number; at: number }[];
  longTasks: number[];
}

/** Watches a page whose clip is open: input, what becomes of it, and how long its main thread is held up. */
export class WatchedPage {
  readonly #page: Page;

  private constructor(page: Page) {
    this.#page = page;
  }

  static async watch(page: Page): Promise<WatchedPage> {
    await page.evaluate(() => {
      const notes: Notes = { moves: [], shown: [], longTasks: [] };
      Object.assign(window, { notes });
      let inputAt = 0;
      for (const type of ['pointerdown', 'pointermove', 'keydown'])
        window.addEventListener(type, (event) => (inputAt = event.timeStamp), true);
      const bar = document.querySelector('[role=slider][aria-label=Playhead]')!;
      new MutationObserver(() => {
        notes.moves.push({ index: Number(bar.getAttribute('aria-valuenow')), at: inputAt });
      }).observe(bar, { attributeFilter: ['aria-valuenow'] });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntriesByName('acutance:frame-shown')) {
          const { index, kind, playing, dropped } = (entry as PerformanceMeasure).detail as FrameShown;
          notes.shown.push({ index, kind, playing, dropped, at: entry.startTime + entry.duration });
        }
      }).observe({ type: 'measure' });
      new PerformanceObserver((list) => {
        notes.longTasks.push(...list.getEntries().map((entry) => entry.duration));
      }).observe({ type: 'longtask' });
    });
    return new WatchedPage(page);
  }

  /** What was noted down since the last call. */
  async take(): Promise<Watched> {
    const { moves, shown, longTasks } = await this.#page.evaluate(async () => {
      // Observers are told in a task of their own.
      await new Promise((resolve) => setTimeout(resolve, 100));
      const { notes } = window as unknown as { notes: Notes };
      const taken = { ...notes };
      Object.assign(notes, { moves: [], shown: [], longTasks: [] } satisfies Notes);
      return taken;
    });
    return {
      shown: shown.map((frame) => {
        const asked = moves.findLast(({ index, at }) => index === frame.index && at <= frame.at);
        return { ...frame, took: asked ? frame.at - asked.at : NaN };
      }),
      longTasks,
    };
  }

  /**
   * Drags the playhead with the mouse, which sends 60 positions a second, and lets it rest.
   *
   * @param from - and `to`: shares of the clip's length
   * @param seconds - that the movement takes; 0 for a click on `to`
   * @returns the frame that the playhead rests at, once it is on the screen
   */
  async drag(from: number, to: number, seconds: number): Promise<number> {
    const { mouse } = this.#page;
    const bar = this.#page.getByRole('slider', { name: 'Playhead' });
    const { x, y, width, height } = (await bar.boundingBox())!;
    const xAt = (share: number) => x + 1 + share * (width - 2);
    await mouse.move(xAt(seconds === 0 ? to : from), y + height / 2);
    await mouse.down();
    const start = performance.now();
    for (let done = seconds === 0 ? 1 : 0; done < 1;) {
      await new Promise((resolve) => setTimeout(resolve, 1000 / 60));
      done = Math.min(1, (performance.now() - start) / 1000 / seconds);
      // A hand starts and stops gently.
      await mouse.move(xAt(from + (to - from) * (1 - Math.cos(Math.PI * done)) * 0.5), y + height / 2);
    }
    const index = Number(await bar.getAttribute('aria-valuenow'));
    await this.#frameIsThere(index);
    await mouse.up();
    return index;
  }

  /** Presses a key and waits for the frame it leads to. */
  async step(key: string): Promise<void> {
    await this.#page.keyboard.press(key);
    const bar = this.#page.getByRole('slider', { name: 'Playhead' });
    await this.#frameIsThere(Number(await bar.getAttribute('aria-valuenow')));
  }

  async #frameIsThere(index: number): Promise<void> {
    await this.#page.locator(`canvas[data-frame="${index}"]`).first().waitFor({ state: 'attached' });
    // And painted, so that one gesture does not begin while the last one still shows.
    await this.#page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
    );
  }
}
