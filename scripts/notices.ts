/**
 * Third-party notices: every package that an installation for use (not for development) brings along, with its
 * licence text. Derived from the lock file and the installed packages, so that it is the same on every platform.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface LockedPackage {
  readonly version: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly os?: string | readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

interface Notice {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  /** Empty where the package brings no text of its own. */
  readonly text: string;
}

/** Packages that are needed for the build only, but whose code is built into the page, or that are shipped whole. */
const BUILT_IN = ['svelte', 'bits-ui', '@lucide/svelte', '@internationalized/date', 'electron'];

const FFMPEG_NOTICE = `FFmpeg, inside the @seydx/node-av-* packages
The decoder and encoder library is FFmpeg 8 as built by the Jellyfin project, linked into one file with
libx264, libx265, the Fraunhofer FDK AAC library and others. It is configured with --enable-gpl and
--enable-version3, so that file as a whole is under the GNU General Public License, version 3 or later,
although the npm package calls itself MIT: https://www.gnu.org/licenses/gpl-3.0.html
Its sources: https://github.com/jellyfin/jellyfin-ffmpeg and https://github.com/seydx/node-av
Acutance's own code is under the MIT licence and may be combined with it; who passes on Acutance together
with this file passes on the combination under the GPL.`;

const RULE = '-'.repeat(100);

/**
 * The notices as one text.
 * @param root absolute path of the repository, with its packages installed
 * @throws Error naming the package, when one is not installed
 */
export function renderNotices(root: string): string {
  const locked = readLockedPackages(root);
  const everywhere = locked.filter(([, entry]) => !isPlatformPackage(entry));
  const platforms = locked.filter(([, entry]) => isPlatformPackage(entry));
  const notices = everywhere.map(([path, entry]) => readNotice(root, path, entry));
  const byText = [...Map.groupBy(notices, (notice) => notice.text)].filter(([text]) => text !== '');
  const withoutText = notices.filter((notice) => notice.text === '');
  return [
    'Acutance uses the software below. `npm run notices` writes this file.',
    FFMPEG_NOTICE,
    `Programs and libraries of one platform each; their licence texts are inside the packages.\n${list(
      platforms.map(([path, entry]) => describe(path, entry)),
    )}`,
    `Packages without a licence text of their own.\n${list(withoutText)}`,
    ...byText.map(([text, users]) => `${list(users)}\n\n${text}`),
  ].join(`\n\n${RULE}\n\n`);
}

function readLockedPackages(root: string): [string, LockedPackage][] {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, LockedPackage>;
  };
  const builtIn = withDependencies(BUILT_IN, lock.packages);
  return Object.entries(lock.packages).filter(
    ([path, entry]) => path !== '' && (entry.dev !== true || builtIn.has(path)),
  );
}

/** The paths of some packages and of everything these stand on; Electron's own are for its download only. */
function withDependencies(
  names: readonly string[],
  packages: Readonly<Record<string, LockedPackage>>,
): ReadonlySet<string> {
  const found = new Set<string>();
  const waiting = names.map((name) => `node_modules/${name}`);
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const entry = packages[path];
    if (!entry || found.has(path)) continue;
    found.add(path);
    if (path === 'node_modules/electron') continue;
    const needed = Object.keys({ ...entry.dependencies, ...entry.peerDependencies });
    for (const name of needed) {
      const own = `${path}/node_modules/${name}`;
      waiting.push(own in packages ? own : `node_modules/${name}`);
    }
  }
  return found;
}

/** Installed on some platforms only, one package for each. */
function isPlatformPackage(entry: LockedPackage): boolean {
  return entry.optional === true && entry.os !== undefined;
}

function readNotice(root: string, path: string, entry: LockedPackage): Notice {
  const folder = join(root, path);
  if (!existsSync(folder)) throw new Error(`${path} is not installed: run npm install first.`);
  const texts = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|copying|notice)/i.test(file))
    .sort()
    .map((file) => tidy(readFileSync(join(folder, file), 'utf8')));
  return { ...describe(path, entry), text: texts.join('\n\n') };
}

function describe(path: string, entry: LockedPackage): Notice {
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  return { name, version: entry.version, licence: entry.license ?? 'see its text', text: '' };
}

function list(notices: readonly Notice[]): string {
  const lines = notices.map((notice) => `${notice.name} ${notice.version} (${notice.licence})`);
  return [...new Set(lines)].sort().join('\n');
}

function tidy(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replaceAll(/[ \t]+$/gm, '')
    .trim();
}
