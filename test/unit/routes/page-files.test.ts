import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PageFiles } from '../../../src/main/routes/page-files.ts';

const ORIGIN = 'http://127.0.0.1:7517';

let house: string;
let folder: string;
let page: PageFiles;

beforeEach(() => {
  house = mkdtempSync(join(tmpdir(), 'page-'));
  folder = join(house, 'page');
  mkdirSync(join(folder, 'assets'), { recursive: true });
  writeFileSync(join(house, 'secret.txt'), 'secret');
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Page</title>');
  writeFileSync(join(folder, 'assets/index-3fa9.js'), 'export {};');
  writeFileSync(join(folder, 'assets/index-77b2.css'), 'body {}');
  writeFileSync(join(folder, 'a name ü.svg'), '<svg/>');
  page = new PageFiles(folder);
});

afterEach(() => {
  rmSync(house, { recursive: true });
});

function get(path: string, init: RequestInit = {}): Promise<Response> {
  return page.respond(new Request(`${ORIGIN}${path}`, init));
}

describe('the files of the page', () => {
  it('come with their types', async () => {
    const types = ['/', '/assets/index-3fa9.js', '/assets/index-77b2.css', '/a%20name%20%C3%BC.svg'].map(
      async (path) => (await get(path)).headers.get('content-type'),
    );
    expect(await Promise.all(types)).toEqual([
      'text/html; charset=utf-8',
      'text/javascript; charset=utf-8',
      'text/css; charset=utf-8',
      'image/svg+xml; charset=utf-8',
    ]);
  });

  it('are kept for ever where the name changes with the content, and asked about otherwise', async () => {
    const caching = async (path: string) => (await get(path)).headers.get('cache-control');
    expect(await caching('/assets/index-3fa9.js')).toBe('private, max-age=31536000, immutable');
    expect(await caching('/')).toBe('private, no-cache');
    expect(await caching('/index.html')).toBe('private, no-cache');
  });

  it('are not sent again to whoever has them', async () => {
    const etag = (await get('/')).headers.get('etag') ?? '';
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const response = await get('/', { headers: { 'If-None-Match': known } });
      expect([response.status, response.body]).toEqual([304, null]);
      expect(response.headers.get('etag')).toBe(etag);
    }
    expect((await get('/', { headers: { 'If-None-Match': '"other"' } })).status).toBe(200);
  });

  it('answer HEAD with the same headers and no body', async () => {
    const [head, whole] = [await get('/', { method: 'HEAD' }), await get('/')];
    expect(head.body).toBeNull();
    expect([...head.headers]).toEqual([...whole.headers]);
    expect(head.headers.get('content-length')).toBe('34');
  });

  it('are those of a new build as soon as there is one', async () => {
    await get('/');
    rmSync(join(folder, 'assets'), { recursive: true });
    await expect(get('/assets/index-3fa9.js')).rejects.toMatchObject({ code: 'not-found' });
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'assets/index-new.js'), 'export {};');
    expect((await get('/assets/index-new.js')).status).toBe(200);
  });

  it('can be missing altogether, which is told as such', async () => {
    page = new PageFiles(join(house, 'nowhere'));
    await expect(get('/')).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('not built'),
      hint: 'Run npm run build.',
    });
  });
});

describe('outside of the page', () => {
  it.each([
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/..%2Fsecret.txt',
    '/%2e%2e/secret.txt',
    '/%2e%2e%2fsecret.txt',
    '/.%2e%5csecret.txt',
    '/..\\secret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/%252e%252e%252fsecret.txt',
    '//secret.txt',
    '/assets/%2fetc%2fpasswd',
    '/%00',
    '/index.html%00.js',
    '/%c0%ae%c0%ae%c0%afsecret.txt',
    '/%ff',
    '/assets',
    '/assets/',
    '/INDEX.HTML',
    '/index.html/',
  ])('%s is nothing', async (path) => {
    await expect(get(path)).rejects.toMatchObject({ code: 'not-found' });
  });

  it.skipIf(process.platform === 'win32')('is where a link leads', async () => {
    symlinkSync(join(house, 'secret.txt'), join(folder, 'link.txt'));
    symlinkSync(house, join(folder, 'up'));
    await expect(get('/link.txt')).rejects.toMatchObject({ code: 'not-found' });
    await expect(get('/up/secret.txt')).rejects.toMatchObject({ code: 'not-found' });
  });
});
