import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { getMimeType } from 'hono/utils/mime';
import { AcutanceError } from '../../shared/errors.ts';

/** Built files whose name holds a hash of their content. */
const HASHED = '/assets/';
const FOR_EVER = 'private, max-age=31536000, immutable';
const ASK_EACH_TIME = 'private, no-cache';

/**
 * The files of the built page, by address. An address is looked up in the list of what is in the folder and never made
 * into a path, so that no spelling of `..` leads out of it; links are not listed.
 *
 * Files go out as they are: over loopback, packing takes longer than sending.
 */
export class PageFiles {
  readonly #folder: string;
  #paths: ReadonlyMap<string, string> | undefined;

  /** @param folder absolute path of the built page */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Answers GET and HEAD for `/` and for each file of the page, with `304` where the asker has it already.
   *
   * @throws AcutanceError `not-found` for every other address, and where the page is not built.
   */
  async respond(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    const address = pathname === '/' ? '/index.html' : pathname;
    const path = await this.#pathOf(address);
    const content = path === undefined ? undefined : await readIfThere(path);
    if (path === undefined || content === undefined) throw this.#notFound(address);
    const etag = `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`;
    const headers = {
      'Cache-Control': address.startsWith(HASHED) ? FOR_EVER : ASK_EACH_TIME,
      ETag: etag,
    };
    if (matches(request.headers.get('If-None-Match'), etag)) {
      return new Response(null, { status: 304, headers });
    }
    return new Response(request.method === 'HEAD' ? null : content, {
      headers: {
        ...headers,
        'Content-Type': getMimeType(path) ?? 'application/octet-stream',
        'Content-Length': String(content.length),
      },
    });
  }

  /** The file behind an address; the folder is listed anew for one that is not known, as after a new build. */
  async #pathOf(address: string): Promise<string | undefined> {
    const known = this.#paths?.get(address);
    if (known !== undefined) return known;
    this.#paths = await listFiles(this.#folder);
    return this.#paths.get(address);
  }

  #notFound(address: string): AcutanceError {
    if (address !== '/index.html') {
      return new AcutanceError('not-found', `There is nothing at "${address}".`, {
        hint: 'Open the page at "/".',
      });
    }
    return new AcutanceError('not-found', `The page is not built: "${this.#folder}" has no index.html.`, {
      hint: 'Run npm run build.',
    });
  }
}

/** Addresses and paths of the plain files below a folder; none where there is no such folder. */
async function listFiles(folder: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return new Map(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [addressOf(relative(folder, path)), path]),
  );
}

/** As the path of an URL spells it. */
function addressOf(path: string): string {
  return `/${path.split(sep).map(encodeURIComponent).join('/')}`;
}

async function readIfThere(path: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return await readFile(path);
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return undefined;
    throw thrown;
  }
}

function matches(condition: string | null, etag: string): boolean {
  const known = condition?.split(',').map((one) => one.trim()) ?? [];
  return ['*', etag, `W/${etag}`].some((one) => known.includes(one));
}
