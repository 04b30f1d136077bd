import { appendFileSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { FRAMES, LAUNCH, fakeApp, problemOf } from './support/fake-services.ts';
import { UNKNOWN, eventAfter } from './support/requests.ts';

describe('a clip', () => {
  it('is described when it is opened, with defaults for its choices', async () => {
    const app = fakeApp();
    const response = await app.send('POST', '/api/clips', { path: app.file('Clip 🦋 "one"\n.mp4') });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      path: join(app.root, 'Clip 🦋 "one"\n.mp4'),
      name: 'Clip 🦋 "one"\n.mp4',
      sample: false,
      bytes: expect.any(Number),
      container: 'mov,mp4',
      codec: 'h264',
      pixelFormat: 'yuv420p',
      bitDepth: 8,
      chroma: '4:2:0',
      width: 4,
      height: 2,
      displayWidth: 4,
      displayHeight: 2,
      rotation: 0,
      frameRate: '25/1',
      variableFrameRate: true,
      frames: FRAMES,
      durationSeconds: 12 / 50,
      matrix: 'bt709',
      range: 'tv',
      primaries: 'bt709',
      transfer: 'bt709',
      sound: { codec: 'aac', channels: 2, durationSeconds: 0.2 },
      notices: ['The clip is interlaced; its frames are shown whole.'],
      choices: {
        deblur: { network: 'cdvd-tsp', size: 'lite', stages: 2, device: 'auto', strength: 1 },
        range: null,
      },
    });
  });

  it('is refused for what its file is', async () => {
    const app = fakeApp();
    const text = await app.send('POST', '/api/clips', { path: app.file('text.txt') });
    expect([text.status, (await problemOf(text)).code]).toEqual([415, 'input-unsupported']);
    const missing = await app.send('POST', '/api/clips', { path: join(app.root, 'missing.mp4') });
    expect([missing.status, (await problemOf(missing)).code]).toEqual([404, 'input-unreadable']);
    const outside = await app.send('POST', '/api/clips', { path: '/etc/passwd' });
    expect([outside.status, (await problemOf(outside)).code]).toEqual([403, 'path-refused']);
  });

  it('that was never opened is not found, on any of its routes', async () => {
    const app = fakeApp();
    for (const rest of ['', '/times', '/frames/0', '/sound.wav', '/file']) {
      const response = await app.fetch(`/api/clips/${UNKNOWN}${rest}`);
      expect([rest, response.status, (await problemOf(response)).code]).toEqual([rest, 404, 'not-found']);
    }
    const choice = await app.send('PATCH', `/api/clips/${UNKNOWN}/choices`, { range: null });
    expect((await problemOf(choice)).code).toBe('not-found');
  });

  it('whose file has changed or gone is told as such, with what to do', async () => {
    const app = fakeApp();
    const id = await app.open();
    const path = join(app.root, 'clip.mp4');
    appendFileSync(path, 'more');
    for (const rest of ['', '/frames/0', '/sound.wav', '/file', '/times']) {
      const changed = await problemOf(await app.fetch(`/api/clips/${id}${rest}`));
      expect(changed).toMatchObject({
        code: 'not-found',
        detail: `"${path}" has changed since it was opened.`,
      });
      expect(changed.hint).toBe('Open it again.');
    }
    rmSync(path);
    const gone = await problemOf(await app.fetch(`/api/clips/${id}/frames/0`));
    expect(gone).toMatchObject({ code: 'not-found', detail: `"${path}" is no longer there.` });
  });

  it('tells the moment of each frame and the end', async () => {
    const app = fakeApp();
    const response = await app.fetch(`/api/clips/${await app.open()}/times`);
    const view = new DataView(await response.arrayBuffer());
    const times = Array.from({ length: FRAMES + 1 }, (_, index) => view.getFloat64(8 * index, true));
    expect(view.byteLength).toBe(8 * (FRAMES + 1));
    expect(times).toEqual([0, 2, 4, 8, 10, 12].map((ticks) => ticks / 50));
    expect(response.headers.get('cache-control')).toContain('immutable');
  });

  it('keeps choices and tells every page of them', async () => {
    const app = fakeApp();
    const id = await app.open();
    const response = await app.send('PATCH', `/api/clips/${id}/choices`, { range: { from: 1, to: 3 } });
    const choices = await response.json();
    expect(choices).toMatchObject({ range: { from: 1, to: 3 }, deblur: { network: 'cdvd-tsp' } });
    expect(await eventAfter(app, `${LAUNCH}:0`)).toEqual({ type: 'choices', clip: id, choices });
    const again = await app.send('POST', '/api/clips', { path: join(app.root, 'clip.mp4') });
    expect(await again.json()).toMatchObject({ id, choices });
  });

  it('is among the recent ones, the newest first, and marked when it is gone', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const app = fakeApp();
    for (const name of ['a.mp4', 'b.mp4', 'a.mp4']) {
      await app.open(name);
      vi.advanceTimersByTime(1);
    }
    rmSync(join(app.root, 'b.mp4'));
    expect(await (await app.fetch('/api/recent')).json()).toMatchObject([
      { name: 'a.mp4', available: true },
      { name: 'b.mp4', available: false },
    ]);
  });
});

describe('a folder', () => {
  it('is listed with what may be opened in it', async () => {
    const app = fakeApp();
    app.file('b.mp4');
    app.file('notes.txt');
    mkdirSync(join(app.root, 'takes'));
    symlinkSync('/etc/passwd', join(app.root, 'escape.mp4'));
    const response = await app.fetch(`/api/folder?path=${encodeURIComponent(app.root)}`);
    const folder = (await response.json()) as { entries: { name: string; video: boolean }[] };
    expect(folder).toMatchObject({ path: app.root, truncated: false });
    expect(folder).not.toHaveProperty('parent');
    expect(folder.entries.map(({ name, video }) => [name, video])).toEqual([
      ['takes', false],
      ['b.mp4', true],
      ['notes.txt', false],
    ]);
    const outside = await app.fetch('/api/folder?path=/etc');
    expect([outside.status, (await problemOf(outside)).code]).toEqual([403, 'path-refused']);
  });
});
