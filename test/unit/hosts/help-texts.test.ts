import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEBLUR_HELP, PROGRAM_HELP } from '../../../src/main/hosts/cli/help-texts.ts';
import { containerFor } from '../../../src/main/media/export-preset.ts';
import { EXPORT_PRESETS, type ExportPreset } from '../../../src/shared/settings.ts';

const README = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
const EXTENSIONS = ['.mp4', '.m4v', '.mov', '.mkv', '.webm', '.avi'];

function taken(preset: ExportPreset): string[] {
  return EXTENSIONS.filter((extension) => {
    try {
      containerFor(`clip${extension}`, preset);
      return true;
    } catch {
      return false;
    }
  });
}

describe('what is said of the command line', () => {
  it.each(EXPORT_PRESETS)('names every container of %s, in the help and in the README', (preset) => {
    const inHelp = new RegExp(`^ {2}${preset} .*\\((.*)\\)$`, 'm').exec(DEBLUR_HELP)?.[1];
    expect(inHelp?.split(', ')).toEqual(taken(preset));
    const inReadme = new RegExp(`^\\| \`${preset}\` .*\\|([^|]*)\\|$`, 'm').exec(README)?.[1];
    expect(inReadme?.match(/\.\w+/g)).toEqual(taken(preset));
  });

  it('gives each exit code one meaning', () => {
    const inHelp = [...PROGRAM_HELP.matchAll(/^ {2}(\d+) {2}(.*)$/gm)].map(([, code, text]) => [code, text]);
    const inReadme = [...README.matchAll(/^\| (\d+) +\| (.*?) +\|$/gm)].map(([, code, text]) => [code, text]);
    expect(inReadme).toEqual(inHelp);
  });
});
