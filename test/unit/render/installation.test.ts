import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { outsideArchive, shippedWeightsFolder } from '../../../src/main/render/installation.ts';

describe('the files that come with the program', () => {
  it('lie in the resources of a checkout', () => {
    expect(existsSync(join(shippedWeightsFolder(), 'weights.json'))).toBe(true);
  });

  it.each([
    ['/opt/Acutance/resources/app.asar/resources/', '/opt/Acutance/resources/app.asar.unpacked/resources/'],
    [
      'C:\\Acutance\\resources\\app.asar\\resources\\',
      'C:\\Acutance\\resources\\app.asar.unpacked\\resources\\',
    ],
    ['/home/a/app.asar.unpacked/resources/', '/home/a/app.asar.unpacked/resources/'],
    ['/home/a/my-app.asar/resources/', '/home/a/my-app.asar/resources/'],
    ['/home/a/acutance/resources/', '/home/a/acutance/resources/'],
  ])('lie beside the archive of a packed application: %s', (path, real) => {
    expect(outsideArchive(path)).toBe(real);
  });
});
