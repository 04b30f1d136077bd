import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isMissing } from '../support/test-tools.ts';
import type { EditorPage } from './support/editor-page.ts';
import { openStream } from './support/open-stream.ts';

/** Down to a small screen at a zoom of 200 %. */
const SIZES = [
  [1280, 720],
  [1161, 700],
  [1100, 700],
  [1024, 640],
  [900, 560],
  [640, 360],
  [512, 320],
] as const;

describe.skipIf(isMissing('chromium'))('small windows', () => {
  let editor: EditorPage;
  let close: () => Promise<void>;

  beforeAll(async () => {
    ({ editor, close } = await openStream());
  });
  afterAll(() => close());

  it.each(SIZES)(
    '%d x %d: nothing of the playback lies on anything else, or outside',
    async (width, height) => {
      await editor.page.setViewportSize({ width, height });
      const bar = editor.page.getByRole('group', { name: 'Playback and view' });
      const found = await bar.evaluate((element) => {
        const parts = [...element.querySelectorAll('button, [role=slider], [role=timer], .frame')]
          .map((part) => ({
            name: part.ariaLabel ?? part.textContent.trim(),
            box: part.getBoundingClientRect(),
          }))
          .filter(({ box }) => box.width > 0);
        const outside = parts.filter(
          ({ box }) => box.left < 0 || box.top < 0 || box.right > innerWidth || box.bottom > innerHeight,
        );
        const onEachOther = parts.flatMap((one, index) =>
          parts
            .slice(index + 1)
            .filter(
              ({ box }) =>
                box.left < one.box.right - 1 &&
                one.box.left < box.right - 1 &&
                box.top < one.box.bottom - 1 &&
                one.box.top < box.bottom - 1,
            )
            .map((other) => `${one.name} and ${other.name}`),
        );
        return { parts: parts.length, outside: outside.map(({ name }) => name), onEachOther };
      });
      expect(found).toEqual({ parts: expect.any(Number), outside: [], onEachOther: [] });
      expect(found.parts).toBeGreaterThan(15);
    },
  );
});
