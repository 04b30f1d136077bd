import { appendFileSync, copyFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Clip } from '../../src/shared/api/clip.ts';
import { isMissing } from '../support/test-tools.ts';
import { frameTimes, makeClip } from './support/command-line.ts';
import { fixture } from './support/media-copy.ts';
import { problemOf, startApp, workFolder } from './support/running-app.ts';

describe('opening a clip', () => {
  it('tells what it is, shows its frames and plays its sound', async () => {
    const { get, open, logged } = await startApp();
    const session = (await (await get('/api/session')).json()) as { samplePath: string; firstStart: boolean };
    expect(session.firstStart).toBe(true);
    const clip = await open(session.samplePath);
    expect(clip).toMatchObject({ sample: true, frames: 66, width: 640, height: 360, codec: 'h264' });
    expect(clip.sound).toMatchObject({ codec: 'aac' });

    const first = await get(`/api/clips/${clip.id}/frames/0`);
    expect(first.headers.get('frame-width')).toBe('640');
    const bytes = await first.bytes();
    expect(bytes.byteLength).toBe(640 * 360 * 4);
    const last = await get(`/api/clips/${clip.id}/frames/65`);
    expect(Buffer.compare(await last.bytes(), bytes)).not.toBe(0);
    const small = await get(`/api/clips/${clip.id}/frames/0?format=png&width=64`);
    expect(Buffer.from(await small.bytes()).readUInt32BE(16)).toBe(64);
    const beyond = await get(`/api/clips/${clip.id}/frames/66`);
    expect([beyond.status, (await problemOf(beyond)).code]).toEqual([404, 'not-found']);

    const sound = await get(`/api/clips/${clip.id}/sound.wav`);
    const length = Number(sound.headers.get('content-length'));
    const wave = Buffer.from(await sound.bytes());
    expect([wave.length, wave.toString('latin1', 0, 4)]).toEqual([length, 'RIFF']);
    const middle = await get(`/api/clips/${clip.id}/sound.wav`, {
      headers: { range: 'bytes=100000-100999' },
    });
    expect(middle.status).toBe(206);
    expect(Buffer.compare(await middle.bytes(), wave.subarray(100000, 101000))).toBe(0);

    const file = await get(`/api/clips/${clip.id}/file`);
    expect(file.headers.get('content-type')).toBe('video/mp4');
    expect(Buffer.compare(await file.bytes(), readFileSync(session.samplePath))).toBe(0);
    expect(logged).toEqual([]);
  });

  it.skipIf(isMissing('ffmpeg'))('finds every frame of a variable rate at its own time', async () => {
    const { get, open, root } = await startApp();
    const path = join(root, 'vfr "one" 🦋\n.mp4');
    copyFileSync(fixture('vfr.mp4'), path);
    const clip = await open(path);
    expect(clip).toMatchObject({ path, variableFrameRate: true });
    const view = new DataView(await (await get(`/api/clips/${clip.id}/times`)).arrayBuffer());
    const times = Array.from({ length: clip.frames + 1 }, (_, index) => view.getFloat64(8 * index, true));
    const expected = frameTimes(path).map(Number);
    expect(times.slice(0, -1).map((time) => time.toFixed(4))).toEqual(
      expected.map((time) => (time - expected[0]!).toFixed(4)),
    );
    expect(times.at(-1)).toBe(clip.durationSeconds);
  });

  it('is done once for all who ask at the same time', async () => {
    const { open, root } = await startApp();
    const path = join(root, 'clip.mp4');
    copyFileSync(fixture('stream.mp4'), path);
    const clips = await Promise.all(Array.from({ length: 20 }, () => open(path)));
    expect(new Set(clips.map(({ id }) => id)).size).toBe(1);
    expect(clips[0]).toEqual(clips[19]);
  });

  it('can be given up', async () => {
    const { get, app, root } = await startApp();
    const path = join(root, 'clip.mp4');
    copyFileSync(fixture('stream.mp4'), path);
    const abort = new AbortController();
    const answer = app.fetch(
      new Request('http://127.0.0.1/api/clips', {
        method: 'POST',
        body: JSON.stringify({ path }),
        headers: { 'content-type': 'application/json' },
        signal: abort.signal,
      }),
    );
    abort.abort();
    expect((await problemOf(await answer)).code).toBe('cancelled');
    expect((await get('/api/session')).status).toBe(200);
  });

  it('survives a restart: its address and choices stay good', async () => {
    const folder = workFolder();
    const first = await startApp(folder);
    const path = join(first.root, 'clip.mp4');
    copyFileSync(fixture('rotated.mp4'), path);
    const { id } = await first.open(path);
    await first.send('PATCH', `/api/clips/${id}/choices`, { range: { from: 0, to: 2 } });
    await first.app.dispose();
    const second = await startApp(folder);
    expect((await second.get(`/api/clips/${id}/frames/0`)).status).toBe(200);
    expect(await (await second.get(`/api/clips/${id}`)).json()).toMatchObject({
      id,
      rotation: 90,
      choices: { range: { from: 0, to: 2 } },
    });
    expect(await (await second.get('/api/session')).json()).toMatchObject({
      firstStart: false,
      openPath: path,
    });
  });

  it('may be done by two programs on the same data at once', async () => {
    const folder = workFolder();
    const [one, two] = await Promise.all([startApp(folder), startApp(folder)]);
    const path = join(one.root, 'clip.mp4');
    copyFileSync(fixture('rotated.mp4'), path);
    const [a, b] = await Promise.all([one.open(path), two.open(path)]);
    expect(a).toEqual(b);
    await one.send('PATCH', `/api/clips/${a.id}/choices`, { range: { from: 0, to: 1 } });
    expect((await (await two.get(`/api/clips/${a.id}`)).json()) as Clip).toMatchObject({
      choices: { range: { from: 0, to: 1 } },
    });
  });
});

describe('a file that is no clip', () => {
  it.each([
    ['is empty', (path: string) => writeFileSync(path, ''), 'input-corrupt'],
    ['is a text', (path: string) => writeFileSync(path, 'Dear diary,\n'.repeat(100)), 'input-unsupported'],
    ['is noise', (path: string) => writeFileSync(path, Buffer.alloc(50_000, 'q3%z')), 'input-unsupported'],
    [
      'was cut off before its index',
      (path: string) => {
        copyFileSync(fixture('rotated.mp4'), path);
        truncateSync(path, 3000);
      },
      'input-corrupt',
    ],
  ])('because it %s is told as such', async (_what, make, code) => {
    const { send, root, logged } = await startApp();
    const path = join(root, 'clip.mp4');
    make(path);
    const response = await send('POST', '/api/clips', { path });
    const problem = await problemOf(response);
    expect(problem).toMatchObject({ code, detail: expect.stringContaining(path) });
    expect(problem.hint).toBeTruthy();
    expect(await (await send('GET', '/api/recent')).json()).toEqual([]);
    expect(logged).toEqual([]);
  });

  it.skipIf(isMissing('ffmpeg'))('because it holds only sound is told as such', async () => {
    const { send, root } = await startApp();
    const path = makeClip(join(root, 'sound.m4a'), 'sine=duration=1');
    const response = await send('POST', '/api/clips', { path });
    expect((await problemOf(response)).code).toBe('input-unsupported');
  });

  it('any more is told when its frames are asked for', async () => {
    const { get, open, root } = await startApp();
    const path = join(root, 'clip.mp4');
    copyFileSync(fixture('rotated.mp4'), path);
    const { id } = await open(path);
    appendFileSync(path, 'x');
    expect(await problemOf(await get(`/api/clips/${id}/frames/0`))).toMatchObject({
      code: 'not-found',
      hint: 'Open it again.',
    });
    rmSync(path);
    expect((await problemOf(await get(`/api/clips/${id}/file`))).detail).toContain('no longer there');
  });
});
