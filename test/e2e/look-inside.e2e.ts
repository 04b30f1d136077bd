import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isMissing } from '../support/test-tools.ts';
import type { TestApplication } from './support/application.ts';
import type { EditorPage } from './support/editor-page.ts';
import { importMadeUp } from './support/made-up-network.ts';
import { openStream } from './support/open-stream.ts';

/** Starting an engine and restoring the frames around one takes seconds on a busy machine. */
const COMPUTED = { timeout: 90_000 };

describe.skipIf(isMissing('chromium'))('looking inside the network', () => {
  let application: TestApplication;
  let editor: EditorPage;
  let close: () => Promise<void>;
  const asked: string[] = [];

  beforeAll(async () => {
    ({ application, editor, close } = await openStream());
    await importMadeUp(editor, application, 'cdvd-tsp');
    await importMadeUp(editor, application, 'mlfa');
    await importMadeUp(editor, application, 'arvo');
    await editor.choose('Stages', '1');
    await select('Device', /^Processor/);
    await select('Weights', /made-up/);
    editor.page.on('request', (request) => {
      if (request.url().includes('/looks/')) asked.push(request.url());
    });
  });
  afterAll(() => close());

  const select = async (name: string, option: RegExp) => {
    await editor.inspector.getByRole('combobox', { name }).click();
    await editor.page.getByRole('option', { name: option }).click();
  };
  const panel = () => editor.page.getByRole('region', { name: 'Look inside' });
  const overlay = () => editor.page.locator('canvas.look');
  const menu = () => editor.page.getByRole('button', { name: /^Look inside/ });
  const choose = async (name: string) => {
    await menu().click();
    await editor.page.getByRole('menuitem', { name: new RegExp(`^${name}`) }).click();
  };
  /** A number for what the overlay shows: pictures that differ have another one. */
  const fingerprint = () =>
    overlay().evaluate((element) => {
      const canvas = element as HTMLCanvasElement;
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      return data.reduce((hash, value) => (Math.imul(hash, 31) + value) | 0, 7);
    });
  const box = async (of = overlay()) => (await of.boundingBox())!;

  it('offers what the network has, as it is set', async () => {
    await menu().click();
    const items = await editor.page.getByRole('menuitem').allTextContents();
    expect(items.map((text) => text.replace(', chosen', '').trim())).toEqual([
      'None',
      'Optical flow',
      'Validity mask',
      'Sharpness prior',
    ]);
    await editor.press('Escape');
    expect(await panel().count()).toBe(0);
  });

  it('lays the flow over the very rectangle of the frame, and tells its scale', async () => {
    // At the first frame both neighbours are the same.
    await editor.goTo(2);
    await choose('Optical flow');
    await overlay().waitFor(COMPUTED);
    expect(await box()).toEqual(await box(editor.canvas('before')));
    expect(await panel().textContent()).toMatch(/Rim\s*[\d.]+ px\/frame/);
    const previous = await fingerprint();
    await panel().getByRole('radio', { name: 'Next' }).click();
    await overlay().waitFor(COMPUTED);
    expect(await fingerprint()).not.toBe(previous);
  });

  it('stays on the picture under zoom', async () => {
    await editor.press('Control+Equal');
    await editor.press('Control+Equal');
    const zoomed = await box();
    expect(zoomed.width).toBeGreaterThan(480);
    expect(zoomed).toEqual(await box(editor.canvas('before')));
    await editor.press('f');
  });

  it('shows as much of it as is wanted', async () => {
    const opacity = () => overlay().evaluate((canvas) => Number(getComputedStyle(canvas).opacity));
    const before = await opacity();
    await panel().getByRole('slider', { name: 'Opacity of the look' }).focus();
    await editor.press('Home');
    expect(await opacity()).toBe(0);
    for (let step = 0; step < 20; step++) await editor.press('ArrowRight');
    expect(await opacity()).toBe(1);
    expect(before).toBeGreaterThan(0);
  });

  it('follows the playhead when it rests, never keeps the original waiting, and is never of another frame', async () => {
    asked.length = 0;
    const first = await fingerprint();
    // The look is held back until the original is there.
    const held = Promise.withResolvers<undefined>();
    await editor.page.route('**/looks/**', async (route) => {
      await held.promise;
      await route.continue();
    });
    await editor.page.getByRole('slider', { name: 'Playhead' }).evaluate((playhead) => {
      // Faster than a rest of the playhead, however busy the machine is.
      for (let step = 2; step < 6; step++) {
        playhead.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }));
      }
    });
    await editor.frameIsShown(6);
    await panel().getByText('Computing…').waitFor();
    expect(await overlay().count()).toBe(0);
    held.resolve(undefined);
    await overlay().waitFor(COMPUTED);
    await editor.page.unroute('**/looks/**');
    expect(await fingerprint()).not.toBe(first);
    await panel().getByText('Frame 6').waitFor();
    // Frames that were passed are not computed.
    expect(asked.map((url) => /\/(\d+)\?/.exec(url)?.[1])).toEqual(['6']);
  });

  it('is hidden while the clip plays, and comes back', async () => {
    await editor.press('l');
    await panel().getByText('Shown when the clip stands still').waitFor();
    expect(await overlay().count()).toBe(0);
    await editor.press('k');
    await overlay().waitFor(COMPUTED);
  });

  it('goes and comes by the keyboard', async () => {
    await editor.press('v');
    await expect.poll(() => panel().count()).toBe(0);
    expect(await overlay().count()).toBe(0);
    await editor.press('v');
    await panel().getByRole('heading', { name: 'Optical flow' }).waitFor();
    await editor.press('Shift+V');
    await panel().getByRole('heading', { name: 'Validity mask' }).waitFor();
    await editor.press('Shift+V');
    await panel().getByRole('heading', { name: 'Sharpness prior' }).waitFor();
    await overlay().waitFor(COMPUTED);
    expect(await panel().textContent()).toContain('1, alike');
  });

  it('lies beside what the network makes of it, side by side', async () => {
    await editor.choose('View', 'Side by side');
    expect(await overlay().count()).toBe(1);
    expect(await box()).toEqual(await box(editor.canvas('before')));
    await editor.choose('View', 'Wipe');
  });

  it.each(['dark', 'light'] as const)('axe finds nothing in it, %s', async (theme) => {
    await editor.page.emulateMedia({ colorScheme: theme });
    await overlay().waitFor(COMPUTED);
    await editor.comeToRest();
    const { violations } = await new AxeBuilder({ page: editor.page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join()}`)).toEqual([]);
  });

  it('says so where nothing can be seen, and comes back with a network that has it', async () => {
    await panel().getByRole('button', { name: 'Look no longer inside' }).click();
    await choose('Optical flow');
    await select('Network', /MLFA/);
    await editor.choose('Stages', 'Stage 1');
    await expect.poll(() => panel().count()).toBe(0);
    await menu().click();
    await editor.page.getByRole('menuitem', { name: 'Nothing to see with these settings' }).waitFor();
    await editor.press('Escape');
    await select('Network', /PVDNet/);
    // It has a flow, but no weights here: the reason is told in place of a picture.
    await panel()
      .getByText(/No weights|weights/)
      .first()
      .waitFor();
    expect(await overlay().count()).toBe(0);
  });

  it('names every frame that it may concern in full', async () => {
    await select('Network', /ARVo/);
    await choose('Correlation maxima');
    const parts = panel().getByRole('radiogroup', { name: 'Frame that it concerns' });
    await parts.waitFor();
    const cut = await parts
      .getByRole('radio')
      .evaluateAll((radios) =>
        radios
          .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
          .map((radio) => radio.textContent),
      );
    expect(cut).toEqual([]);
    expect(await parts.getByRole('radio').count()).toBe(3);
  });

  it('caused no complaint of the browser', () => expect(editor.complaints).toEqual([]));
});
