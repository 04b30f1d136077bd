import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { renderNotices } from '../../../scripts/notices.ts';

const ROOT = join(import.meta.dirname, '../../..');

describe('the third-party notices', () => {
  const stored = readFileSync(join(ROOT, 'resources/THIRD-PARTY-NOTICES.txt'), 'utf8');

  it('are up to date (npm run notices writes them)', () => {
    expect(stored).toBe(`${renderNotices(ROOT)}\n`);
  });

  it('name every package the program itself depends on', () => {
    const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
      optionalDependencies: Record<string, string>;
    };
    const names = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.optionalDependencies)];
    for (const name of names) expect(stored).toMatch(new RegExp(`^${RegExp.escape(name)} \\d`, 'm'));
  });

  it('name the packages whose code is built into the page', () => {
    for (const name of ['svelte', 'bits-ui', '@floating-ui/dom', 'electron']) {
      expect(stored).toMatch(new RegExp(`^${RegExp.escape(name)} \\d`, 'm'));
    }
  });

  it('say under which licence the FFmpeg inside node-av is', () => {
    expect(stored).toContain('GNU General Public License, version 3 or later');
  });
});
