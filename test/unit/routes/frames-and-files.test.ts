import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FRAMES, RECIPE, WAV, fakeApp, problemOf, readerOf } from './support/fake-services.ts';

describe('a frame', () => {
  it('comes with its size and stays good for ever', async () => {
    const app = fakeApp();
    const id = await app.open();
    const response = await app.fetch(`/api/clips/${id}/frames/2`);
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/vnd.acutance.rgba',
      'content-length': '32',
      'frame-width': '4',
      'frame-height': '2',
      'cache-control': 'private, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
    });
    expect((await response.bytes()).every((byte) => byte === 2)).toBe(true);
    const etag = response.headers.get('etag')!;
    const again = await app.fetch(`/api/clips/${id}/frames/2`, { headers: { 'if-none-match': etag } });
    expect([again.status, await again.text()]).toEqual([304, '']);
    const other = await app.fetch(`/api/clips/${id}/frames/3`, { headers: { 'if-none-match': etag } });
    expect(other.status).toBe(200);
  });

  it('comes in the format and width asked for', async () => {
    const app = fakeApp();
    const id = await app.open();
    const png = await app.fetch(`/api/clips/${id}/frames/0?format=png&width=16`);
    expect(png.headers.get('content-type')).toBe('image/png');
    const jpeg = await app.fetch(`/api/clips/${id}/frames/0?format=jpeg`);
    expect(jpeg.headers.get('content-type')).toBe('image/jpeg');
    expect(jpeg.headers.get('etag')).not.toBe(png.headers.get('etag'));
  });

  it('beyond the end is not found', async () => {
    const app = fakeApp();
    const response = await app.fetch(`/api/clips/${await app.open()}/frames/${FRAMES}`);
    expect([response.status, (await problemOf(response)).code]).toEqual([404, 'not-found']);
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  it('that is restored comes once it is rendered, and its absence is not remembered', async () => {
    const app = fakeApp();
    const id = await app.open();
    const rendered = await app.fetch(`/api/clips/${id}/restored/${RECIPE}/1`);
    expect(rendered.status).toBe(200);
    expect(rendered.headers.get('cache-control')).toContain('immutable');
    const later = await app.fetch(`/api/clips/${id}/restored/${RECIPE}/2`);
    expect([later.status, (await problemOf(later)).code]).toEqual([404, 'frame-not-rendered']);
    expect(later.headers.get('cache-control')).toBe('no-store');
  });
});

describe('sound and file', () => {
  it('give the parts that are asked for', async () => {
    const app = fakeApp();
    const id = await app.open();
    const sound = await app.fetch(`/api/clips/${id}/sound.wav`, { headers: { range: 'bytes=100-199' } });
    expect([sound.status, sound.headers.get('content-type')]).toEqual([206, 'audio/wav']);
    expect(await sound.bytes()).toEqual(WAV.slice(100, 200));
    const file = await app.fetch(`/api/clips/${id}/file`, { headers: { range: 'bytes=-8' } });
    expect([file.status, file.headers.get('content-type')]).toEqual([206, 'video/mp4']);
    expect(await file.text()).toBe('clip.mp4');
  });

  it('are told apart from silence', async () => {
    const app = fakeApp();
    const id = await app.open('silent.mp4');
    expect((await problemOf(await app.fetch(`/api/clips/${id}/sound.wav`))).code).toBe('not-found');
    expect(await (await app.fetch(`/api/clips/${id}`)).json()).not.toHaveProperty('sound');
  });

  it('never mix the bytes of two files', async () => {
    const app = fakeApp();
    const path = join(app.root, 'long.mp4');
    writeFileSync(path, Buffer.alloc(2_000_000, 'a'));
    const opened = await app.send('POST', '/api/clips', { path });
    const { id } = (await opened.json()) as { id: string };
    const response = await app.fetch(`/api/clips/${id}/file`);
    const reader = readerOf(response);
    expect((await reader.read()).value?.[0]).toBe('a'.charCodeAt(0));
    writeFileSync(path, Buffer.alloc(2_000_000, 'b'));
    await expect(reader.read()).rejects.toThrow('has changed');
  });
});
