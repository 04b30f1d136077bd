import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isMissing } from '../support/test-tools.ts';
import type { EditorPage } from './support/editor-page.ts';
import { openStream } from './support/open-stream.ts';

describe.skipIf(isMissing('chromium'))('looking at before and after', () => {
  let editor: EditorPage;
  let close: () => Promise<void>;

  beforeAll(async () => {
    ({ editor, close } = await openStream());
    await editor.choose('Stages', '1');
    await editor.mark(0, 2);
    await editor.deblur();
    await editor.goTo(0);
    await editor.frameIsShown(0, 'after', 90_000);
  });
  beforeEach(async () => {
    await editor.press('f');
    await editor.choose('View', 'Wipe');
  });
  afterAll(() => close());

  const divider = () => editor.page.getByRole('slider', { name: 'Wipe between before and after' });
  const picture = () => editor.page.getByRole('region', { name: 'Viewer' }).getByRole('img').first();
  const box = async () => (await picture().boundingBox())!;
  const afterClip = () => editor.canvas('after').evaluate((canvas) => getComputedStyle(canvas).clipPath);
  const afterIsSeen = () => editor.canvas('after').evaluate((canvas) => getComputedStyle(canvas).visibility);

  it('the divider follows the pointer', async () => {
    const { x, y, width, height } = await box();
    const handle = (await divider().boundingBox())!;
    const before = await afterClip();
    await editor.page.mouse.move(handle.x + handle.width / 2, handle.y + handle.height / 2);
    await editor.page.mouse.down();
    await editor.page.mouse.move(x + width * 0.25, y + height / 2, { steps: 4 });
    await editor.page.mouse.up();
    expect(await afterClip()).not.toBe(before);
    await expect
      .poll(async () => Number(await divider().getAttribute('aria-valuenow')))
      .toBeCloseTo(25, -0.5);
  });

  it('the divider moves and turns by the keyboard, and says where it is', async () => {
    await divider().focus();
    const at = Number(await divider().getAttribute('aria-valuenow'));
    await editor.press('ArrowRight');
    expect(Number(await divider().getAttribute('aria-valuenow'))).toBeGreaterThan(at);
    const upright = await afterClip();
    for (let turn = 0; turn < 3; turn++) await editor.press('Alt+ArrowRight');
    expect(await afterClip()).not.toBe(upright);
    expect(await divider().getAttribute('aria-valuetext')).toMatch(/°|degrees/);
  });

  it('before, after and side by side show what they say', async () => {
    await editor.choose('View', 'Before');
    expect(await afterIsSeen()).toBe('hidden');
    await editor.choose('View', 'After');
    expect(await afterIsSeen()).toBe('visible');
    expect(await afterClip()).toBe('none');
    await editor.choose('View', 'Side by side');
    const panes = editor.page.getByRole('region', { name: 'Viewer' }).getByRole('img');
    expect(await panes.count()).toBe(2);
    const [left, right] = [(await panes.nth(0).boundingBox())!, (await panes.nth(1).boundingBox())!];
    expect(left.x + left.width).toBeLessThanOrEqual(right.x);
    expect(right.y).toBeCloseTo(left.y);
    expect(right.width).toBeCloseTo(left.width);
    expect(right.height).toBeCloseTo(left.height);
  });

  it('zooming keeps the point under the pointer, panning moves the picture, fit brings it back', async () => {
    const fitted = await box();
    const at = { x: fitted.x + fitted.width * 0.3, y: fitted.y + fitted.height * 0.6 };
    await editor.page.mouse.move(at.x, at.y);
    await editor.page.keyboard.down('Control');
    await editor.page.mouse.wheel(0, -400);
    await editor.page.keyboard.up('Control');
    await expect.poll(async () => (await box()).width).toBeGreaterThan(fitted.width * 1.2);
    const zoomed = await box();
    expect((at.x - zoomed.x) / zoomed.width).toBeCloseTo(0.3, 1);
    expect((at.y - zoomed.y) / zoomed.height).toBeCloseTo(0.6, 1);

    await editor.page.mouse.down({ button: 'middle' });
    await editor.page.mouse.move(at.x + 60, at.y + 40, { steps: 3 });
    await editor.page.mouse.up({ button: 'middle' });
    expect((await box()).x - zoomed.x).toBeCloseTo(60, -0.5);

    await editor.press('f');
    await expect.poll(box).toEqual(fitted);
  });

  it('at 100 % a pixel of the clip is a pixel of the screen', async () => {
    await editor.press('a');
    await expect.poll(async () => (await box()).width).toBe(480);
    expect((await box()).height).toBe(360);
  });

  it('strength mixes the two at once, without rendering anew', async () => {
    await editor.page.getByRole('textbox', { name: 'Strength in percent' }).fill('40');
    await editor.press('Enter');
    const opacity = () => editor.canvas('after').evaluate((canvas) => getComputedStyle(canvas).opacity);
    await expect.poll(opacity).toBe('0.4');
    expect(await editor.canvas('after').getAttribute('data-frame')).toBe('0');
    await editor.page.getByRole('textbox', { name: 'Strength in percent' }).fill('100');
    await editor.press('Enter');
    await expect.poll(opacity).toBe('1');
  });

  it('says so where a frame is not rendered, and shows the original there', async () => {
    await editor.goTo(5);
    await editor.frameIsShown(5);
    await editor.choose('View', 'After');
    await editor.page.getByText('not rendered yet').waitFor();
    expect(await afterIsSeen()).toBe('hidden');
    await editor.goTo(0);
    await editor.frameIsShown(0, 'after');
    expect(await editor.page.getByText('not rendered yet').count()).toBe(0);
  });

  it('caused no complaint of the browser', () => expect(editor.complaints).toEqual([]));
});
