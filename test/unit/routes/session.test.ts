import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LAUNCH, fakeApp, readerOf } from './support/fake-services.ts';
import { eventAfter } from './support/requests.ts';

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
