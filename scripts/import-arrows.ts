/**
 * The rooms of the house and what each may import. ESLint enforces the table: a wrong import fails the build.
 *
 * hosts -> app -> render -> (inference, media, cache, project, evaluation) -> networks -> shared, and renderer -> shared.
 */
import type { Linter } from 'eslint';

interface Room {
  /** Folder or file, from the repository root. */
  readonly path: string;
  /** Other rooms it may import from, as paths below `src`. */
  readonly mayImport: readonly string[];
  /** npm packages and `node:` modules it may import. */
  readonly packages: PackageRule;
  /** Whether globals of Node and of the browser are out of bounds too. */
  readonly portable?: boolean;
}

type PackageRule =
  | { readonly kind: 'only'; readonly names: readonly string[] }
  | { readonly kind: 'all but'; readonly names: readonly string[] };

const SERVICE_ROOMS = ['main/inference', 'main/media', 'main/cache', 'main/project', 'main/evaluation'];
const BELOW_SERVICES = ['networks', 'shared'];
const BELOW_RENDER = [...SERVICE_ROOMS, ...BELOW_SERVICES];
const BELOW_APP = ['main/render', ...BELOW_RENDER];
const BELOW_HOSTS = ['main/app.ts', 'main/services.ts', 'main/routes', ...BELOW_APP];

const NO_ELECTRON: PackageRule = { kind: 'all but', names: ['electron'] };

export const ROOMS: readonly Room[] = [
  { path: 'src/shared', mayImport: [], packages: { kind: 'only', names: ['zod'] }, portable: true },
  {
    path: 'src/networks',
    mayImport: ['shared'],
    packages: { kind: 'only', names: ['@bufbuild/protobuf', '@zip.js/zip.js'] },
    portable: true,
  },
  ...SERVICE_ROOMS.map((room) => ({ path: `src/${room}`, mayImport: BELOW_SERVICES, packages: NO_ELECTRON })),
  { path: 'src/main/render', mayImport: BELOW_RENDER, packages: NO_ELECTRON },
  { path: 'src/main/app.ts', mayImport: ['main/routes', ...BELOW_APP], packages: NO_ELECTRON },
  { path: 'src/main/services.ts', mayImport: BELOW_APP, packages: NO_ELECTRON },
  { path: 'src/main/routes', mayImport: BELOW_APP, packages: NO_ELECTRON },
  { path: 'src/main/hosts', mayImport: BELOW_HOSTS, packages: NO_ELECTRON },
  { path: 'src/preload', mayImport: ['shared'], packages: { kind: 'only', names: ['electron'] } },
  {
    path: 'src/renderer',
    mayImport: ['shared'],
    packages: { kind: 'all but', names: ['electron', 'node:'] },
  },
];

/** The one place of `src/main` that may import `electron`. */
const ELECTRON_HOST = ['src/main/hosts/electron.ts', 'src/main/hosts/electron/**/*.ts'];

const NODE_AND_BROWSER_GLOBALS = [
  ...['process', 'Buffer', 'require', '__dirname', '__filename', 'setImmediate', 'clearImmediate'],
  ...['window', 'document', 'navigator', 'localStorage'],
];

/**
 * ESLint configuration for the arrows.
 * @param root absolute path of the repository
 * @param rooms the table; given only by tests
 */
export function importArrows(root: string, rooms: readonly Room[] = ROOMS): Linter.Config[] {
  return [
    {
      name: 'acutance/import-arrows',
      files: ['src/**/*.{ts,js,mjs,svelte}'],
      rules: {
        'import-x/no-restricted-paths': ['error', { basePath: root, zones: rooms.map(zoneOf) }],
      },
    },
    ...rooms.map((room) => packagesOf(room)),
    {
      name: 'acutance/electron-host',
      files: ELECTRON_HOST,
      rules: { 'no-restricted-imports': 'off', 'no-restricted-syntax': 'off' },
    },
  ];
}

function zoneOf(room: Room): { target: string; from: string; except: string[]; message: string } {
  const own = room.path.slice('src/'.length);
  const allowed = room.mayImport.length === 0 ? 'nothing else here' : room.mayImport.join(', ');
  return {
    target: `./${room.path}`,
    from: './',
    except: ['./node_modules', `./src/${own}`, ...room.mayImport.map((path) => `./src/${path}`)],
    message: `${room.path} may import ${allowed}.`,
  };
}

function packagesOf(room: Room): Linter.Config {
  const rule = forbiddenPackages(room.packages);
  const message = `${room.path} may import ${rule.allowed}.`;
  return {
    name: `acutance/packages-of-${room.path}`,
    files: [room.path.endsWith('.ts') ? room.path : `${room.path}/**/*.{ts,js,mjs,svelte}`],
    rules: {
      'no-restricted-imports': ['error', { patterns: [{ regex: rule.forbidden, message }] }],
      'no-restricted-syntax': [
        'error',
        { selector: `ImportExpression[source.value=/${rule.forbidden}/]`, message },
      ],
      ...(room.portable
        ? {
            'no-restricted-globals': [
              'error',
              ...NODE_AND_BROWSER_GLOBALS.map((name) => ({
                name,
                message: `${room.path} runs anywhere: no globals of Node or of a browser.`,
              })),
            ],
          }
        : {}),
    },
  };
}

function forbiddenPackages(rule: PackageRule): { forbidden: string; allowed: string } {
  // A slash is written as \x2f because an ESLint selector cannot hold one, not even escaped.
  const names = rule.names.map((name) =>
    (name.endsWith(':') ? RegExp.escape(name) : `${RegExp.escape(name)}(?:/|$)`)
      .replaceAll('\\/', '/')
      .replaceAll('/', '\\x2f'),
  );
  const anyOf = `(?:${names.join('|')})`;
  if (rule.kind === 'only') {
    return { forbidden: `^(?!\\.|${anyOf})`, allowed: `only ${rule.names.join(', ')} as packages` };
  }
  return { forbidden: `^${anyOf}`, allowed: `no ${rule.names.join(', no ')}` };
}
