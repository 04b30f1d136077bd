import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXIT_CODES } from '../../../src/shared/errors.ts';
import { DEVICE_CHOICES, EXPORT_PRESETS } from '../../../src/shared/settings.ts';

const ROOT = join(import.meta.dirname, '../../..');
const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');

function section(title: string): string {
  const [, text = ''] = readme.split(new RegExp(`^#{2,3} ${title}$`, 'm'));
  return text.split(/^#{2,3} /m)[0] ?? '';
}

describe('the README', () => {
  it('starts with the two commands that do all the set-up', () => {
    const start = section('Start');
    expect(start).toContain(
      '\nnpm install && npx acutance deblur resources/sample.mp4 -o sample-deblurred.mp4\n',
    );
    expect(start).toContain('\nnpm install && npm test\n');
  });

  it('names every exit code', () => {
    const table = section('Exit codes');
    const documented = [...table.matchAll(/^\| (\d+) /gm)].map(([, code]) => Number(code));
    const codes = new Set<number>([0, ...Object.values(EXIT_CODES)]);
    expect(documented).toEqual([...codes].sort((a, b) => a - b));
  });

  it('names every preset and every device', () => {
    for (const preset of EXPORT_PRESETS) expect(section('Presets')).toContain(`| \`${preset}\``);
    for (const device of DEVICE_CHOICES.filter((choice) => choice !== 'auto')) {
      expect(section('Devices')).toContain(`| \`${device}\``);
    }
  });

  it('names only npm scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const named = [...readme.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name);
    expect(named.filter((name) => scripts[name!] === undefined)).toEqual([]);
    expect(named.length).toBeGreaterThan(5);
  });
});
