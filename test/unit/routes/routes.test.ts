import { appendFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ServerEvent } from '../../../src/shared/api/events.ts';
import { FRAMES, LAUNCH, RECIPE, WAV, fakeApp, problemOf, readerOf } from './support/fake-services.ts';

const UNKNOWN = '0'.repeat(32);
const DEBLUR = { network: 'cdvd-tsp', size: 'lite', stages: 2, device: 'cpu' };

/** The first event of a stream that goes on after `after`. */
async function eventAfter(app: ReturnType<typeof fakeApp>, after: string): Promise<ServerEvent> {
  const response = await app.fetch(`/api/events?after=${after}`);
  const reader = readerOf(response);
  const { value } = await reader.read();
  await reader.cancel();
  const [, json = 'null'] = /^data: (.*)$/m.exec(new TextDecoder().decode(value)) ?? [];
  return JSON.parse(json) as ServerEvent;
}

describe('the session', () => {
  it('is a first start until something was opened, and then names the clip used last', async () => {
    const app = fakeApp();
    expect(await (await app.fetch('/api/session')).json()).toMatchObject({
      launch: LAUNCH,
      version: '1.2.3',
      firstStart: true,
      roots: [{ path: app.root, name: 'root' }],
    });
    await app.open('first.mp4');
    await app.open('last.mp4');
    const path = join(app.root, 'last.mp4');
    expect(await (await app.fetch('/api/session')).json()).toMatchObject({
      firstStart: false,
      openPath: path,
    });
    rmSync(path);
    expect(await (await app.fetch('/api/session')).json()).not.toHaveProperty('openPath');
  });
});

describe('a clip that was asked for from outside', () => {
  it('is what a page begins with, until something was opened', async () => {
    const app = fakeApp();
    await app.open('last.mp4');
    app.services.firstClip.ask('/given.mp4');
    expect(await (await app.fetch('/api/session')).json()).toMatchObject({ openPath: '/given.mp4' });
    await app.open('other.mp4');
    expect(await (await app.fetch('/api/session')).json()).toMatchObject({
      openPath: join(app.root, 'other.mp4'),
    });
  });
});

describe('events', () => {
  it('come as a stream that begins with a reset', async () => {
    const app = fakeApp();
    const response = await app.fetch('/api/events');
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    expect(response.headers.get('cache-control')).toBe('no-store');
    await response.body?.cancel();
    expect(await eventAfter(app, 'other:1')).toEqual({ type: 'reset', launch: LAUNCH });
  });

  it('go on where the browser says that it stopped, rather than where the page once did', async () => {
    const app = fakeApp();
    app.services.events.emit({ type: 'open', path: '/1' });
    app.services.events.emit({ type: 'open', path: '/2' });
    const response = await app.fetch(`/api/events?after=${LAUNCH}:0`, {
      headers: { 'last-event-id': `${LAUNCH}:1` },
    });
    const { value } = await readerOf(response).read();
    const text = new TextDecoder().decode(value);
    expect(text).toContain('/2');
    expect(text).not.toContain('/1');
  });
});

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

  it('has cuts: what is known of them, and an end to looking for them', async () => {
    const app = fakeApp();
    const id = await app.open();
    expect(await (await app.fetch(`/api/clips/${id}/cuts`)).json()).toEqual({
      state: 'looking',
      framesDone: 0,
    });
    const stopped = await app.fetch(`/api/clips/${id}/cuts/search`, { method: 'DELETE' });
    expect(await stopped.json()).toEqual({ state: 'stopped', framesDone: 3 });
    const unknown = await app.fetch(`/api/clips/${UNKNOWN}/cuts`);
    expect((await problemOf(unknown)).code).toBe('not-found');
  });

  it('keeps cuts that are given, each once and in order', async () => {
    const app = fakeApp();
    const id = await app.open();
    const deblur = { ...DEBLUR, cuts: [4, 1, 4] };
    const response = await app.send('PATCH', `/api/clips/${id}/choices`, { deblur });
    expect(await response.json()).toMatchObject({ deblur: { cuts: [1, 4] } });
    for (const cuts of [[], 'none', 'detect']) {
      const other = await app.send('PATCH', `/api/clips/${id}/choices`, { deblur: { ...DEBLUR, cuts } });
      expect(await other.json()).toMatchObject({ deblur: { cuts } });
    }
  });

  it('refuses cuts behind its end wherever they are given, and says why', async () => {
    const app = fakeApp();
    const id = await app.open();
    const deblur = { ...DEBLUR, cuts: [2, FRAMES] };
    const message = `There is no frame ${FRAMES} for a cut: the clip has ${FRAMES}.`;
    const choice = await app.send('PATCH', `/api/clips/${id}/choices`, { deblur });
    expect(await problemOf(choice)).toMatchObject({ code: 'usage', detail: message });
    const recipe = await app.send('POST', `/api/clips/${id}/recipe`, deblur);
    expect(await recipe.json()).toMatchObject({ problem: { code: 'usage', message } });
    const order = { kind: 'preview', clip: id, deblur, range: { from: 0, to: 1 } };
    expect(await problemOf(await app.send('POST', '/api/jobs', order))).toMatchObject({ detail: message });
    expect(await (await app.fetch(`/api/clips/${id}`)).json()).not.toHaveProperty('choices.deblur.cuts');
  });

  it.each([
    ['frame 0', [0], 'frame 1 or later, as frame 0 begins the clip anyway'],
    ['a frame before the clip', [-3], 'frame 1 or later'],
    ['half a frame', [2.5], 'at most 10000 numbers of frames'],
    ['a time', [{ numerator: 1, denominator: 2 }], 'at most 10000 numbers of frames'],
    ['a text', ['2'], 'at most 10000 numbers of frames'],
    ['more than anyone cuts', Array.from({ length: 10_001 }, (_, index) => index + 1), '10000'],
  ])('refuses %s as a cut, and says what cuts are', async (_what, cuts, said) => {
    const app = fakeApp();
    const id = await app.open();
    const response = await app.send('PATCH', `/api/clips/${id}/choices`, { deblur: { ...DEBLUR, cuts } });
    expect(await problemOf(response)).toMatchObject({
      code: 'request-invalid',
      detail: expect.stringContaining(said),
    });
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
    const app = fakeApp();
    for (const name of ['a.mp4', 'b.mp4', 'a.mp4']) {
      await app.open(name);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    rmSync(join(app.root, 'b.mp4'));
    expect(await (await app.fetch('/api/recent')).json()).toMatchObject([
      { name: 'a.mp4', available: true },
      { name: 'b.mp4', available: false },
    ]);
  });
});

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

describe('jobs', () => {
  const preview = (clip: string) => ({ kind: 'preview', clip, deblur: DEBLUR, range: { from: 0, to: 2 } });
  const exporting = (clip: string, output: string) => ({
    kind: 'export',
    clip,
    deblur: null,
    range: null,
    preset: 'h264',
    output,
  });

  it('start, are listed, told of, cancelled and removed', async () => {
    const app = fakeApp();
    const started = await app.send('POST', '/api/jobs', preview(await app.open()));
    expect(started.status).toBe(200);
    const { id } = (await started.json()) as { id: string };
    expect(await (await app.fetch('/api/jobs')).json()).toMatchObject([{ id, state: 'queued' }]);
    expect(await eventAfter(app, `${LAUNCH}:0`)).toMatchObject({ type: 'job', job: { id } });
    const early = await app.fetch(`/api/jobs/${id}`, { method: 'DELETE' });
    expect([early.status, (await problemOf(early)).code]).toEqual([400, 'usage']);
    const cancelled = await app.fetch(`/api/jobs/${id}/cancel`, { method: 'POST' });
    expect(await cancelled.json()).toMatchObject({ id, state: 'cancelled' });
    const removed = await app.fetch(`/api/jobs/${id}`, { method: 'DELETE' });
    expect([removed.status, await removed.text()]).toEqual([204, '']);
    expect(await (await app.fetch('/api/jobs')).json()).toEqual([]);
    expect((await problemOf(await app.fetch(`/api/jobs/${id}`, { method: 'DELETE' }))).code).toBe(
      'not-found',
    );
  });

  it('write only where the user may', async () => {
    const app = fakeApp();
    const id = await app.open();
    for (const output of ['/etc/out.mp4', `${app.root}/../out.mp4`, 'out.mp4', `${app.root}/none/out.mp4`]) {
      const response = await app.send('POST', '/api/jobs', exporting(id, output));
      expect([output, (await problemOf(response)).code]).toEqual([
        output,
        output.includes('none') ? 'output-unwritable' : 'path-refused',
      ]);
    }
    const allowed = await app.send('POST', '/api/jobs', exporting(id, join(app.root, 'out.mp4')));
    expect(allowed.status).toBe(200);
    expect(app.render.lastOrder).toMatchObject({ overwrite: false, allowDamaged: false });
  });

  it('never read a file that a page names as weights', async () => {
    const app = fakeApp();
    const id = await app.open();
    const bad = { ...preview(id), deblur: { ...DEBLUR, weights: '/etc/passwd' } };
    expect((await problemOf(await app.send('POST', '/api/jobs', bad))).code).toBe('weights-missing');
    const good = { ...preview(id), deblur: { ...DEBLUR, weights: 'lite' } };
    await app.send('POST', '/api/jobs', good);
    expect(app.render.lastOrder).toMatchObject({ deblur: { weights: 'f'.repeat(64) } });
  });
});

describe('a recipe', () => {
  it('says what settings come to, or why they can’t be carried out', async () => {
    const app = fakeApp();
    const path = `/api/clips/${await app.open()}/recipe`;
    expect(await (await app.send('POST', path, DEBLUR)).json()).toEqual({
      recipe: RECIPE,
      rendered: [{ from: 1, to: 2 }],
      device: 'cpu',
      weights: 'lite',
    });
    const impossible = await app.send('POST', path, { ...DEBLUR, network: 'none' });
    expect(impossible.status).toBe(200);
    expect(await impossible.json()).toEqual({
      problem: { code: 'usage', message: 'There is no network "none".', hint: 'Choose one.' },
    });
    const invalid = await app.send('POST', path, { ...DEBLUR, stages: 99 });
    expect([invalid.status, (await problemOf(invalid)).detail]).toEqual([
      400,
      expect.stringContaining('stages'),
    ]);
  });
});

describe('the catalogue', () => {
  it('lists devices and networks', async () => {
    const app = fakeApp();
    expect(await (await app.fetch('/api/devices')).json()).toMatchObject([{ device: 'cpu', usable: true }]);
    expect(await (await app.fetch('/api/networks')).json()).toMatchObject([{ id: 'cdvd-tsp' }]);
  });
});
