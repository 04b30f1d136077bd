import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import type { TestApplication } from './application.ts';

export interface PageOptions {
  readonly theme?: 'dark' | 'light';
  readonly width?: number;
  readonly height?: number;
}

/** Which of the two pictures on top of each other. */
export type Side = 'before' | 'after';

/** How player and playhead stood at a moment. */
interface Watched {
  readonly playing: boolean;
  readonly rate: number;
  readonly muted: boolean;
  readonly seconds: number;
  readonly playhead: number;
}

/** What a person sees and does in the page, in the words of the tests. */
export class EditorPage {
  readonly page: Page;
  readonly #context: BrowserContext;
  /** What the browser complained about: errors of scripts, of the policy, of requests. */
  readonly complaints: string[] = [];

  private constructor(context: BrowserContext, page: Page) {
    this.#context = context;
    this.page = page;
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(`${message.text()} ${message.location().url}`);
    });
  }

  /** Opens a browser profile of its own at the application's address. */
  static async open(
    browser: Browser,
    application: TestApplication,
    options: PageOptions = {},
  ): Promise<EditorPage> {
    const context = await browser.newContext({
      viewport: { width: options.width ?? 1280, height: options.height ?? 720 },
      colorScheme: options.theme ?? 'dark',
    });
    // The page keeps its player out of the document, where only this can see it.
    await context.addInitScript(() => {
      const original = window.Audio;
      window.Audio = class extends original {
        constructor(source?: string) {
          super(source);
          Object.assign(window, { player: this });
        }
      };
    });
    const editor = new EditorPage(context, await context.newPage());
    await editor.page.goto(application.address);
    return editor;
  }

  /** A further tab of the same profile. */
  async openTab(application: TestApplication): Promise<EditorPage> {
    const tab = new EditorPage(this.#context, await this.#context.newPage());
    await tab.page.goto(new URL('/', application.address).href);
    return tab;
  }

  async close(): Promise<void> {
    await this.#context.close();
  }

  /** Opens a clip by its path, through the dialog. */
  async openClip(path: string): Promise<void> {
    await this.page.keyboard.press('Control+o');
    const dialog = this.page.getByRole('dialog', { name: 'Open clip' });
    const input = dialog.getByRole('textbox', { name: 'Path of a clip or a folder' });
    await input.fill(path);
    await input.press('Enter');
  }

  /** Waits until a clip is on the screen and its first frame shown. */
  async clipIsShown(name: string): Promise<void> {
    await this.page.getByRole('heading', { level: 2, name, exact: true }).waitFor();
    await this.frameIsShown(0);
  }

  /** Waits until nothing fades or moves any more but what does so without end. */
  async comeToRest(): Promise<void> {
    await this.page.evaluate(async () => {
      const drawn = () => new Promise((resolve) => requestAnimationFrame(resolve));
      // What has just been changed begins to fade when it is drawn.
      await drawn();
      await drawn();
      const finite = document
        .getAnimations()
        .filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
      await Promise.allSettled(finite.map(({ finished }) => finished));
    });
  }

  canvas(side: Side): Locator {
    return this.page.locator(`canvas.${side}`).first();
  }

  /** Waits until a frame of one side is on the screen. */
  async frameIsShown(index: number, side: Side = 'before', timeout = 30_000): Promise<void> {
    await this.page
      .locator(`canvas.${side}[data-frame="${index}"]`)
      .first()
      .waitFor({ state: 'attached', timeout });
  }

  /** Number of the frame at the playhead. */
  async playhead(): Promise<number> {
    return Number(await this.page.getByRole('slider', { name: 'Playhead' }).getAttribute('aria-valuenow'));
  }

  /** The pixels that the canvas holds: rows of R, G, B, A from the top. */
  async pixels(side: Side): Promise<{ width: number; height: number; rgba: Uint8Array }> {
    const { width, height, base64 } = await this.canvas(side).evaluate(async (element) => {
      const canvas = element as HTMLCanvasElement;
      const { width, height } = canvas;
      const data = canvas.getContext('2d')!.getImageData(0, 0, width, height).data;
      const url = await new Promise<string>((resolve) => {
        const reader = new FileReader();
        reader.onload = () => resolve(reader.result as string);
        reader.readAsDataURL(new Blob([data]));
      });
      return { width, height, base64: url.slice(url.indexOf(',') + 1) };
    });
    return { width, height, rgba: new Uint8Array(Buffer.from(base64, 'base64')) };
  }

  /** How the page's player stands. */
  async sound(): Promise<{
    playing: boolean;
    rate: number;
    muted: boolean;
    seconds: number;
    length: number;
  }> {
    return this.page.evaluate(() => {
      const { player } = window as unknown as { player: HTMLAudioElement };
      const { paused, playbackRate: rate, muted, currentTime: seconds, duration: length } = player;
      return { playing: !paused, rate, muted, seconds, length };
    });
  }

  /** Notes from now on, whenever the page is drawn, how the player and the playhead stand. */
  async watchPlayback(): Promise<void> {
    await this.page.evaluate(() => {
      const { player } = window as unknown as { player: HTMLAudioElement };
      const playhead = document.querySelector('[role=slider][aria-label=Playhead]');
      const watched: Watched[] = [];
      Object.assign(window, { watched });
      const note = (): void => {
        const { paused, playbackRate: rate, muted, currentTime: seconds } = player;
        watched.push({ playing: !paused, rate, muted, seconds, playhead: Number(playhead?.ariaValueNow) });
        if (playhead?.isConnected) requestAnimationFrame(note);
      };
      requestAnimationFrame(note);
    });
  }

  /** What was noted since `watchPlayback`. */
  async watchedPlayback(): Promise<readonly Watched[]> {
    return this.page.evaluate(() => (window as unknown as { watched: Watched[] }).watched);
  }

  async press(keys: string): Promise<void> {
    await this.page.keyboard.press(keys);
  }

  async choose(group: string, option: string): Promise<void> {
    await this.page
      .getByRole('radiogroup', { name: group })
      .getByRole('radio', { name: option, exact: true })
      .click();
  }

  /** Sets in and out point by keys: frames with `from <= index < to`. */
  async mark(from: number, to: number): Promise<void> {
    await this.goTo(from);
    await this.press('i');
    await this.goTo(to - 1);
    await this.press('o');
  }

  async goTo(index: number): Promise<void> {
    await this.press('Home');
    await this.playheadIsAt(0);
    for (let at = 0; at + 10 <= index; at += 10) await this.press('Shift+ArrowRight');
    for (let at = 0; at < index % 10; at++) await this.press('ArrowRight');
    await this.playheadIsAt(index);
  }

  async playheadIsAt(index: number): Promise<void> {
    await this.page.locator(`[role=slider][aria-label="Playhead"][aria-valuenow="${index}"]`).waitFor();
  }

  get inspector(): Locator {
    return this.page.getByRole('complementary', { name: 'Inspector' });
  }

  /** Starts deblurring by the button, whatever number of frames it names. */
  async deblur(): Promise<void> {
    await this.inspector.getByRole('button', { name: /^Deblur/ }).click();
  }
}
