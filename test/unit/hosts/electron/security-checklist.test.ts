import { existsSync, globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** The rows of the checklist in SECURITY.md: number, point, and the code spans of the last column. */
const rows = [...read('SECURITY.md').matchAll(/^\| (\d+) +\| (.+?) +\|(.*)\| (.*) \|$/gm)].map(
  ([, number, point, , heldBy]) => ({
    number: Number(number),
    point: point!.trim(),
    spans: [...heldBy!.matchAll(/`([^`]+)`/g)].map(([, span]) => span!),
  }),
);

describe("Electron's security checklist in SECURITY.md", () => {
  it('has every point in order', () => {
    expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  });

  it.each(rows)('names files and identifiers that exist: $number. $point', ({ spans }) => {
    let file: string | undefined;
    for (const span of spans) {
      if (/\.(ts|yml|json)$/.test(span)) {
        file = span;
        expect(existsSync(join(root, file)), file).toBe(true);
      } else {
        expect(file && read(file), `${span} in ${file}`).toContain(span);
      }
    }
    expect(file).toBeDefined();
  });
});

describe('the sources of the desktop host', () => {
  const sources = globSync(
    ['src/main/hosts/electron.ts', 'src/main/hosts/electron/**/*.ts', 'src/preload/*.ts'],
    {
      cwd: root,
    },
  );

  it.each([
    'openExternal',
    'shell.openPath',
    'executeJavaScript',
    'insertCSS',
    'enableBlinkFeatures',
    'certificate-error',
    'setCertificateVerifyProc',
    'bypassCSP',
    'commandLine.appendSwitch',
    'remote',
  ])('do not use %s', (name) => {
    expect(sources.length).toBeGreaterThan(15);
    const code = (path: string) => read(path).replaceAll(/\/\*[^]*?\*\/|\/\/.*$/gm, '');
    expect(sources.filter((path) => code(path).includes(name))).toEqual([]);
  });

  it('have one place where the page gets something of Electron', () => {
    expect(sources.filter((path) => read(path).includes('exposeInMainWorld'))).toEqual([
      'src/preload/bridge.ts',
    ]);
  });
});
