import { expect, it } from 'vitest';
import { containerFor } from '../../../src/main/media/export-preset.ts';
import { PRESETS } from '../../../src/renderer/dialogs/export-form.ts';

it.each(PRESETS)('the page offers just the file endings that $label goes into', ({ value, extensions }) => {
  const written = ['mp4', 'm4v', 'mov', 'mkv', 'avi', 'webm'].filter((extension) => {
    try {
      containerFor(`/out/clip.${extension}`, value);
      return true;
    } catch {
      return false;
    }
  });
  expect(written.toSorted()).toEqual(extensions.toSorted());
});
