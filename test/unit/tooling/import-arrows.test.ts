import { ESLint, type Linter } from 'eslint';
import importX, { createNodeResolver } from 'eslint-plugin-import-x';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript-eslint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importArrows, ROOMS } from '../../../scripts/import-arrows.ts';

/** A house with one file in every room, linted with the arrows alone. */
const FILES = [
  'src/shared/errors.ts',
  'src/shared/time.ts',
  'src/networks/graph/builder.ts',
  'src/networks/archs/pwc-net.ts',
  'src/main/inference/runtime.ts',
  'src/main/media/reader.ts',
  'src/main/media/probe.ts',
  'src/main/cache/frames.ts',
  'src/main/project/store.ts',
  'src/main/render/engine.ts',
  'src/main/app.ts',
  'src/main/services.ts',
  'src/main/routes/media.ts',
  'src/main/hosts/cli.ts',
  'src/main/hosts/electron.ts',
  'src/preload/bridge.ts',
  'src/renderer/main.ts',
  'test/helper.ts',
];

let house: string;
let eslint: ESLint;

beforeAll(() => {
  house = realpathSync(mkdtempSync(join(tmpdir(), 'arrows-')));
  for (const file of FILES) {
    mkdirSync(dirname(join(house, file)), { recursive: true });
    writeFileSync(join(house, file), 'export const value = 1;\n');
  }
  eslint = new ESLint({
    cwd: house,
    overrideConfigFile: true,
    overrideConfig: [
      {
        files: ['**/*.ts'],
        languageOptions: { parser: ts.parser },
        plugins: { 'import-x': importX },
        settings: { 'import-x/resolver-next': [createNodeResolver({ extensions: ['.ts'] })] },
      },
      ...importArrows(house),
    ],
  });
});

afterAll(() => {
  rmSync(house, { recursive: true });
});

async function problemsOf(file: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath: join(house, file) });
  return (result?.messages ?? []).map((problem) => problem.message);
}

/** Problems of one import of `target` (a file of the house or a package) written in `from`. */
async function problemsOfImport(from: string, target: string): Promise<string[]> {
  const path = relative(dirname(from), target);
  const specifier = FILES.includes(target) ? (path.startsWith('.') ? path : `./${path}`) : target;
  return problemsOf(from, `import { value } from '${specifier}';\nexport const copy = value;\n`);
}

describe('the import arrows', () => {
  it.each([
    ['src/shared/time.ts', 'src/shared/errors.ts'],
    ['src/networks/archs/pwc-net.ts', 'src/networks/graph/builder.ts'],
    ['src/networks/graph/builder.ts', 'src/shared/errors.ts'],
    ['src/networks/graph/builder.ts', '@bufbuild/protobuf'],
    ['src/networks/graph/builder.ts', '@bufbuild/protobuf/codegenv2'],
    ['src/networks/graph/builder.ts', '@zip.js/zip.js'],
    ['src/main/inference/runtime.ts', 'src/networks/archs/pwc-net.ts'],
    ['src/main/inference/runtime.ts', 'onnxruntime-node'],
    ['src/main/media/probe.ts', 'src/main/media/reader.ts'],
    ['src/main/media/probe.ts', 'node:fs'],
    ['src/main/cache/frames.ts', 'src/shared/errors.ts'],
    ['src/main/project/store.ts', 'src/shared/time.ts'],
    ['src/main/render/engine.ts', 'src/main/inference/runtime.ts'],
    ['src/main/render/engine.ts', 'src/main/media/reader.ts'],
    ['src/main/app.ts', 'src/main/render/engine.ts'],
    ['src/main/app.ts', 'src/main/routes/media.ts'],
    ['src/main/hosts/cli.ts', 'src/main/app.ts'],
    ['src/main/hosts/cli.ts', 'src/main/services.ts'],
    ['src/main/services.ts', 'src/main/render/engine.ts'],
    ['src/main/hosts/cli.ts', 'commander'],
    ['src/main/hosts/electron.ts', 'electron'],
    ['src/preload/bridge.ts', 'electron'],
    ['src/renderer/main.ts', 'src/shared/time.ts'],
    ['src/renderer/main.ts', 'svelte'],
  ])('let %s import %s', async (from, target) => {
    expect(await problemsOfImport(from, target)).toEqual([]);
  });

  it.each([
    ['src/shared/time.ts', 'src/networks/graph/builder.ts'],
    ['src/shared/time.ts', 'src/main/media/reader.ts'],
    ['src/shared/time.ts', 'test/helper.ts'],
    ['src/shared/time.ts', 'node:fs'],
    ['src/shared/time.ts', 'fs'],
    ['src/shared/time.ts', '@bufbuild/protobuf'],
    ['src/networks/graph/builder.ts', 'src/main/inference/runtime.ts'],
    ['src/networks/graph/builder.ts', 'node:zlib'],
    ['src/networks/graph/builder.ts', '@bufbuild/protobuf-imitation'],
    ['src/networks/graph/builder.ts', 'onnxruntime-node'],
    ['src/main/inference/runtime.ts', 'src/main/media/reader.ts'],
    ['src/main/media/reader.ts', 'src/main/inference/runtime.ts'],
    ['src/main/media/reader.ts', 'src/main/cache/frames.ts'],
    ['src/main/cache/frames.ts', 'src/main/project/store.ts'],
    ['src/main/project/store.ts', 'src/main/render/engine.ts'],
    ['src/main/render/engine.ts', 'src/main/app.ts'],
    ['src/main/render/engine.ts', 'src/main/hosts/cli.ts'],
    ['src/main/app.ts', 'src/main/hosts/cli.ts'],
    ['src/main/services.ts', 'src/main/app.ts'],
    ['src/main/routes/media.ts', 'src/main/app.ts'],
    ['src/main/app.ts', 'electron'],
    ['src/main/hosts/cli.ts', 'electron'],
    ['src/main/hosts/cli.ts', 'electron/main'],
    ['src/main/hosts/cli.ts', 'src/renderer/main.ts'],
    ['src/renderer/main.ts', 'src/main/app.ts'],
    ['src/renderer/main.ts', 'src/networks/graph/builder.ts'],
    ['src/renderer/main.ts', 'node:fs'],
    ['src/renderer/main.ts', 'electron'],
    ['src/preload/bridge.ts', 'src/main/app.ts'],
    ['src/preload/bridge.ts', 'node:fs'],
  ])('keep %s from importing %s', async (from, target) => {
    const problems = await problemsOfImport(from, target);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain('may import');
  });

  it.each([
    ['a type', `import type { value } from '../main/media/reader.ts';\nexport type Copy = typeof value;\n`],
    ['a re-export', `export { value } from '../main/media/reader.ts';\n`],
    ['a dynamic import of a file', `export const later = import('../main/media/reader.ts');\n`],
    ['a dynamic import of a package', `export const later = import('node:fs');\n`],
    ['a global of Node', `export const home = process.env;\n`],
    ['a global of the browser', `export const page = document.title;\n`],
  ])('keep %s out of src/shared', async (_kind, code) => {
    expect(await problemsOf('src/shared/time.ts', code)).toHaveLength(1);
  });

  it('hold in the configuration of this repository', async () => {
    const repository = new ESLint();
    for (const room of ROOMS) {
      const file = room.path.endsWith('.ts') ? room.path : `${room.path}/example.ts`;
      const config = (await repository.calculateConfigForFile(file)) as Linter.Config;
      expect(config.rules?.['import-x/no-restricted-paths'], file).toMatchObject([
        2,
        { zones: ROOMS.map(() => ({})) },
      ]);
      expect(config.rules?.['no-restricted-imports'], file).toMatchObject([2, { patterns: [{}] }]);
    }
  });
});
