/** What the page needs of a host, as a list of checks: each host passes all of them, so that none drifts. */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { Clip } from '../../../src/shared/api/clip.ts';
import {
  FRAME_HEIGHT_HEADER,
  FRAME_WIDTH_HEADER,
  RAW_FRAME_TYPE,
} from '../../../src/shared/api/endpoints.ts';
import { PROBLEM_TYPE } from '../../../src/shared/api/problem.ts';
import { eventually, readEvents, type Asking } from '../support/served.ts';

/** A host with the application behind it, as its own page reaches it. */
export interface HostUnderTest {
  /** A request with whatever the host asks of its page. */
  ask(path: string, init?: Asking): Promise<Response>;
  /** A clip that may be opened. */
  readonly clipPath: string;
  /** How many event streams the application behind it is feeding. */
  openStreams(): number;
}

type Check = readonly [name: string, run: (host: HostUnderTest) => Promise<void>];

const SECURITY_HEADERS = {
  'content-security-policy': expect.stringContaining("script-src 'self';"),
  'cross-origin-resource-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
};

function post(body: unknown): Asking {
  const headers = { 'content-type': 'application/json' };
  return { method: 'POST', headers, body: JSON.stringify(body) };
}

async function openClip({ ask, clipPath }: HostUnderTest): Promise<Clip> {
  const response = await ask('/api/clips', post({ path: clipPath }));
  expect(response.status).toBe(200);
  return (await response.json()) as Clip;
}

export const SMOKE_CHECKS: readonly Check[] = [
  [
    'serves the page, its script and nothing beside them',
    async ({ ask }) => {
      const page = await ask('/');
      expect(page.status).toBe(200);
      expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
      const script = /src="\.?(\/[^"]+\.js)"/.exec(await page.text())?.[1] ?? '';
      expect((await ask(script)).headers.get('content-type')).toMatch(/^text\/javascript/);
      expect((await ask('/package.json')).status).toBe(404);
    },
  ],
  [
    'sends the security headers with every kind of answer',
    async (host) => {
      const { id } = await openClip(host);
      const paths = ['/', '/nothing', '/api/session', '/api/nothing', `/api/clips/${id}/frames/0`];
      for (const path of paths) {
        const { headers } = await host.ask(path);
        expect(Object.fromEntries(headers), path).toMatchObject(SECURITY_HEADERS);
      }
    },
  ],
  [
    'answers failures as problems with a code and advice',
    async ({ ask }) => {
      const response = await ask('/api/clips', post({ path: '/nowhere/clip.mp4' }));
      expect(response.headers.get('content-type')).toBe(PROBLEM_TYPE);
      expect(response.status).toBe(403);
      expect(await response.json()).toMatchObject({ code: 'path-refused', status: 403 });
      expect((await ask('/api/jobs', post({ kind: 'no such kind' }))).status).toBe(400);
      expect((await ask('/api/session', { method: 'DELETE' })).status).toBe(405);
    },
  ],
  [
    'opens a clip and shows its frames, raw and encoded',
    async (host) => {
      const clip = await openClip(host);
      const raw = await host.ask(`/api/clips/${clip.id}/frames/1`);
      expect(raw.headers.get('content-type')).toBe(RAW_FRAME_TYPE);
      const size = [FRAME_WIDTH_HEADER, FRAME_HEIGHT_HEADER].map((name) => Number(raw.headers.get(name)));
      expect(size).toEqual([clip.displayWidth, clip.displayHeight]);
      expect((await raw.arrayBuffer()).byteLength).toBe(clip.displayWidth * clip.displayHeight * 4);
      const jpeg = await host.ask(`/api/clips/${clip.id}/frames/1?format=jpeg&width=160`);
      expect(new Uint8Array(await jpeg.arrayBuffer()).subarray(0, 2)).toEqual(Uint8Array.of(0xff, 0xd8));
    },
  ],
  [
    'does not send a frame again that the page has',
    async (host) => {
      const { id } = await openClip(host);
      const first = await host.ask(`/api/clips/${id}/frames/2`);
      const again = await host.ask(`/api/clips/${id}/frames/2`, {
        headers: { 'if-none-match': first.headers.get('etag') ?? '' },
      });
      expect([again.status, (await again.arrayBuffer()).byteLength]).toEqual([304, 0]);
    },
  ],
  [
    'sends a clip whole and in ranges',
    async (host) => {
      const { id } = await openClip(host);
      const path = `/api/clips/${id}/file`;
      const file = readFileSync(host.clipPath);
      expect(file.equals(Buffer.from(await (await host.ask(path)).arrayBuffer()))).toBe(true);
      const range = async (value: string) => {
        const response = await host.ask(path, { headers: { range: value } });
        return { response, body: Buffer.from(await response.arrayBuffer()) };
      };
      const middle = await range('bytes=1000-1999');
      expect(middle.response.status).toBe(206);
      expect(middle.response.headers.get('content-range')).toBe(`bytes 1000-1999/${file.length}`);
      expect(middle.body.equals(file.subarray(1000, 2000))).toBe(true);
      expect((await range('bytes=-10')).body.equals(file.subarray(-10))).toBe(true);
      expect((await range(`bytes=${file.length}-`)).response.status).toBe(416);
    },
  ],
  [
    'tells events to every page, and goes on where one stopped',
    async (host) => {
      const { id, choices } = await openClip(host);
      const streams = await Promise.all([host.ask('/api/events'), host.ask('/api/events')]);
      const begun = streams.map(() => Promise.withResolvers<void>());
      const read = streams.map((stream, index) =>
        readEvents(stream, ({ type }) => {
          begun[index]!.resolve();
          return type === 'choices';
        }),
      );
      // Each stream has begun once its first event is there; a change before that would be told to none.
      await Promise.all(begun.map(({ promise }) => promise));
      const change = { ...post({ range: { from: 0, to: 2 } }), method: 'PATCH' };
      await host.ask(`/api/clips/${id}/choices`, change);
      const [one = [], other = []] = await Promise.all(read);
      expect(one.at(-1)).toEqual(other.at(-1));
      expect(one.at(-1)?.event).toMatchObject({
        clip: id,
        choices: { ...choices, range: { from: 0, to: 2 } },
      });

      await host.ask(`/api/clips/${id}/choices`, { ...post({ range: null }), method: 'PATCH' });
      const rest = await host.ask('/api/events', { headers: { 'last-event-id': one.at(-1)?.id ?? '' } });
      const [next] = await readEvents(rest, () => true);
      expect(next?.event).toMatchObject({ type: 'choices', choices: { range: null } });
    },
  ],
  [
    'ends an event stream at its source when the page goes away',
    async ({ ask, openStreams }) => {
      await eventually(
        async () => openStreams(),
        (count) => count === 0,
      );
      const stream = await ask('/api/events');
      const reader = stream.body?.getReader();
      await reader?.read();
      expect(openStreams()).toBe(1);
      await reader?.cancel();
      await eventually(
        async () => openStreams(),
        (count) => count === 0,
      );
    },
  ],
];
