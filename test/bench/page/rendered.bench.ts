import { TestApplication } from '../../e2e/support/application.ts';
import { EditorPage } from '../../e2e/support/editor-page.ts';
import { type BenchCase } from '../bench.ts';
import { FRAMES, PAGE_MISSING, spread, timesOf, withBrowser, writeCameraClip } from './page-measures.ts';
import { WatchedPage } from './watched-page.ts';

/** The frames that are rendered, and those of them that are looked at, each before its neighbours were fetched. */
const [FROM, TO] = [20, 44];
const LOOKED_AT = [22, 28, 34, 40, 25, 31, 37, 43];
const SIZE = { width: 1920, height: 1080 };
/** Milliseconds. */
const PROMISED = 50;
const RENDERING = 600_000;

const rendered: BenchCase = {
  name: 'page: rendered frames of 1920x1080 out of the frame cache',
  missing: PAGE_MISSING,
  run: (folder) =>
    withBrowser(async (browser) => {
      const application = await TestApplication.start([], [writeCameraClip(folder)]);
      try {
        let editor = await EditorPage.open(browser, application, SIZE);
        await editor.clipIsShown('camera.mp4');
        await editor.choose('Stages', '1');
        await editor.mark(FROM, TO);
        await editor.deblur();
        const cancel = editor.inspector.getByRole('button', { name: 'Cancel' });
        await cancel.waitFor();
        await cancel.waitFor({ state: 'detached', timeout: RENDERING });
        const times: number[] = [];
        // A page of its own has nothing at hand yet.
        for (let half = 0; half < 2; half++) {
          await editor.close();
          editor = await EditorPage.open(browser, application, SIZE);
          await editor.clipIsShown('camera.mp4');
          await editor.press('2');
          const page = await WatchedPage.watch(editor.page);
          const { length } = LOOKED_AT;
          for (const frame of LOOKED_AT.slice((half * length) / 2, ((half + 1) * length) / 2)) {
            const share = (frame + 0.5) / FRAMES;
            await page.drag(share, share, 0);
            await new Promise((resolve) => setTimeout(resolve, 250));
            times.push(
              ...timesOf((await page.take()).shown, ({ index, kind }) => index === frame && kind === 'after'),
            );
          }
        }
        return spread('rendered frame seen for the first time', times, PROMISED);
      } finally {
        await application.stop();
      }
    }),
};

export const cases: readonly BenchCase[] = [rendered];
