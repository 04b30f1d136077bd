import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isMissing } from '../support/test-tools.ts';
import type { EditorPage } from './support/editor-page.ts';
import { openStream } from './support/open-stream.ts';

/** Every state of the page that looks different, with the keys or clicks that lead to it. */
const STATES: readonly (readonly [name: string, show: (editor: EditorPage) => Promise<void>])[] = [
  ['a clip under the wipe', () => Promise.resolve()],
  ['side by side', (editor) => editor.choose('View', 'Side by side')],
  [
    'an edited cut',
    async (editor) => {
      await editor.goTo(5);
      await editor.press('c');
      await editor.page.getByText('1 cut', { exact: true }).waitFor();
    },
  ],
  ['the open dialog', (editor) => editor.press('Control+o')],
  ['the export dialog', (editor) => editor.press('Control+e')],
  ['the models', (editor) => editor.press('Control+Shift+m')],
  ['the shortcuts', (editor) => editor.press('F1')],
  ['about', (editor) => editor.page.getByRole('button', { name: 'About Acutance' }).click()],
  ['an open menu', (editor) => editor.page.getByRole('button', { name: /^Look inside/ }).click()],
  ['an open list', (editor) => editor.page.getByRole('combobox', { name: 'Device' }).click()],
  ['a problem', (editor) => editor.openClip('/etc/hostname')],
];

describe.skipIf(isMissing('chromium')).each(['dark', 'light'] as const)('accessibility, %s', (theme) => {
  let editor: EditorPage;
  let close: () => Promise<void>;

  beforeAll(async () => {
    ({ editor, close } = await openStream({ theme }));
  });
  afterAll(() => close());

  it.each(STATES)('axe finds nothing in %s', async (_name, show) => {
    await show(editor);
    // Colours are judged when nothing fades any more.
    await editor.comeToRest();
    const { violations } = await new AxeBuilder({ page: editor.page }).analyze();
    const found = violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`,
    );
    await editor.press('Escape');
    await editor.press('Escape');
    expect(found).toEqual([]);
  });

  it.each(['Theme: as the system', 'Look inside: none'])(
    'the button "%s" says so until its menu is open',
    async (name) => {
      const button = editor.page.getByRole('button', { name, exact: true });
      const tooltip = editor.page.getByRole('tooltip');
      await button.hover();
      await tooltip.getByText(name).waitFor();
      await button.click();
      await editor.page.getByRole('menu').waitFor();
      await tooltip.waitFor({ state: 'detached' });
      await editor.press('Escape');
      await tooltip.getByText(name).waitFor();
      await editor.page.mouse.move(0, 300);
      await editor.press('Tab');
      await tooltip.getByText(name).waitFor({ state: 'detached' });
    },
  );

  it('a dialog goes with one Escape, although a tooltip is up in it', async () => {
    await editor.press('F1');
    const dialog = editor.page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await dialog.waitFor();
    await dialog.getByRole('button', { name: 'Close' }).hover();
    await editor.page.getByRole('tooltip').getByText('Close').waitFor();
    await editor.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await editor.page.getByRole('tooltip').waitFor({ state: 'detached' });
  });

  it('everything can be reached and seen to be reached by the Tab key', async () => {
    await editor.choose('View', 'Wipe');
    const reached = new Set<string>();
    for (let step = 0; step < 60; step++) {
      await editor.press('Tab');
      const focused = await editor.page.evaluate(() => {
        const element = document.activeElement;
        if (!element || element === document.body) return undefined;
        const { outlineStyle, boxShadow } = getComputedStyle(element);
        const within = element.closest(':focus-within');
        const visible =
          outlineStyle !== 'none' ||
          boxShadow !== 'none' ||
          (within !== null && element.matches(':focus-visible'));
        const name = element.getAttribute('aria-label') ?? element.textContent.trim();
        return { name, visible };
      });
      if (!focused) continue;
      expect(focused).toMatchObject({ visible: true });
      reached.add(focused.name);
    }
    for (const name of ['Export', 'Playhead', 'In point', 'Wipe between before and after']) {
      expect([...reached].some((one) => one.includes(name))).toBe(true);
    }
  });
});
