import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Job } from '../../../../src/shared/api/job.ts';
import type { ClipIndex } from '../../../../src/shared/clip-description.ts';
import { AcutanceError } from '../../../../src/shared/errors.ts';
import { ProjectStore } from '../../../../src/main/project/project-store.ts';
import { type ClipReader, ClipLibrary } from '../../../../src/main/render/clip-library.ts';
import { FileAccess } from '../../../../src/main/render/file-access.ts';
import type { RenderService } from '../../../../src/main/render/render-service.ts';
import { WeightUploads } from '../../../../src/main/render/weight-uploads.ts';
import { EventLog } from '../../../../src/main/routes/event-log.ts';
import { FirstClip } from '../../../../src/main/routes/first-clip.ts';
import { HttpProblem } from '../../../../src/main/routes/problem-response.ts';
import { createRoutes } from '../../../../src/main/routes/routes.ts';
import type { MediaService, Services } from '../../../../src/main/routes/services.ts';
import { FakeLooks } from './fake-looks.ts';
import { fakeWeights } from './fake-weights.ts';

export const FRAMES = 5;
export const RECIPE = 'a'.repeat(32);
export const LAUNCH = 'launch1';

/** A folder that is removed after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'acutance-routes-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** What a reader says of every clip: five frames of 4 x 2 at 25 per second, the third one longer. */
export function fakeIndex(path: string): ClipIndex {
  return {
    clip: {
      path,
      bytes: 1,
      container: 'mov,mp4',
      durationSeconds: 0.2,
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
      frames: undefined,
      matrix: 'bt709',
      range: 'tv',
      primaries: 'bt709',
      transfer: 'bt709',
      timecode: undefined,
      chapters: 0,
      otherStreams: [],
    },
    modified: 0,
    index: {
      timeBase: { num: 1, den: 50 },
      pts: Float64Array.of(10, 12, 14, 18, 20),
      durations: Float64Array.of(2, 2, 4, 2, 2),
      decoded: Float64Array.of(10, 12, 14, 18, 20),
      keyframes: { frames: Uint32Array.of(0), dts: Float64Array.of(10), positions: Float64Array.of(0) },
      method: 'packets',
    },
    width: 4,
    height: 2,
    notices: ['The clip is interlaced; its frames are shown whole.'],
  };
}

/** Reads files whose name ends in `.mp4`; counts how often. */
export class FakeReader implements ClipReader {
  reads = 0;

  async index(path: string): Promise<ClipIndex> {
    this.reads++;
    if (path.endsWith('.mp4')) return fakeIndex(path);
    throw new AcutanceError('input-unsupported', `"${path}" is not a media file.`, {
      hint: 'Choose another.',
    });
  }

  async sound(path: string) {
    return path.includes('silent') ? undefined : { codec: 'aac', channels: 2, durationSeconds: 0.2 };
  }
}

export const WAV = Uint8Array.from({ length: 1000 }, (_, index) => index % 251);

export const fakeMedia: MediaService = {
  frame: async (path, index, { format, maxWidth, signal }) => {
    signal?.throwIfAborted();
    if (index >= FRAMES) {
      throw new AcutanceError('usage', `"${path}" has no frame ${index}.`, { hint: 'Frames: 0 to 4.' });
    }
    const width = Math.min(maxWidth ?? 4, 4);
    return { bytes: new Uint8Array(format === 'raw' ? width * 2 * 4 : 9).fill(index), width, height: 2 };
  },
  sound: async (path) => (path.includes('silent') ? undefined : { bytes: WAV.byteLength }),
  readSound: async (_path, from, to) => WAV.slice(from, to),
};

/** Renders nothing; frame 1 is rendered already. */
export class FakeRender implements RenderService {
  readonly #jobs = new Map<string, Job>();
  readonly #listeners = new Set<Parameters<RenderService['onEvent']>[0]>();
  lastOrder: Parameters<RenderService['start']>[0] | undefined;

  async describe(...[, deblur]: Parameters<RenderService['describe']>) {
    if (deblur.network !== 'cdvd-tsp') {
      throw new AcutanceError('usage', `There is no network "${deblur.network}".`, { hint: 'Choose one.' });
    }
    return { recipe: RECIPE, rendered: this.rendered(), device: 'cpu', weights: 'lite' };
  }

  rendered() {
    return [{ from: 1, to: 2 }];
  }

  async restoredFrame(...[, , index]: Parameters<RenderService['restoredFrame']>) {
    return index === 1 ? { bytes: new Uint8Array(32), width: 4, height: 2 } : undefined;
  }

  start(...[order, clip]: Parameters<RenderService['start']>): Job {
    this.lastOrder = order;
    const range = order.range ?? { from: 0, to: clip.frames };
    if (range.to > clip.frames) throw new AcutanceError('usage', 'The range ends after the clip.');
    const job: Job = {
      id: `job${this.#jobs.size}`,
      kind: order.kind,
      clip: clip.id,
      clipName: clip.name,
      range,
      state: 'queued',
      framesDone: 0,
      framesTotal: range.to - range.from,
      notices: [],
      createdAt: 0,
    };
    return this.#set(job);
  }

  cancel(id: string): Job {
    return this.#set({ ...this.#job(id), state: 'cancelled' });
  }

  remove(id: string): void {
    const { state } = this.#job(id);
    if (state === 'queued') throw new AcutanceError('usage', 'The job has not ended.');
    this.#jobs.delete(id);
    for (const listener of this.#listeners) listener({ type: 'job-removed', job: id });
  }

  jobs(): Job[] {
    return [...this.#jobs.values()];
  }

  onEvent(listener: Parameters<RenderService['onEvent']>[0]) {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async devices() {
    return [{ device: 'cpu', name: 'A processor', usable: true, software: false }];
  }

  async dispose() {}

  #job(id: string): Job {
    const job = this.#jobs.get(id);
    if (!job) throw new AcutanceError('not-found', `There is no job ${id}.`);
    return job;
  }

  #set(job: Job): Job {
    this.#jobs.set(job.id, job);
    for (const listener of this.#listeners) listener({ type: 'job', job });
    return job;
  }
}

export interface FakeApp {
  readonly root: string;
  readonly services: Services;
  readonly reader: FakeReader;
  readonly render: FakeRender;
  readonly looks: FakeLooks;
  /** What went to the log. */
  readonly logged: string[];
  /** A file below the root with something in it. */
  file(name: string): string;
  /** The handler itself. */
  answer(request: Request): Promise<Response>;
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Sends a JSON body. */
  send(method: string, path: string, body: unknown): Promise<Response>;
  /** Opens a file of the root and tells its id. */
  open(name?: string): Promise<string>;
}

/** The real routes over a real store and real file access, with a decoder and a renderer that are made up. */
export function fakeApp(overrides: Partial<Services> = {}): FakeApp {
  const folder = temporaryFolder();
  const root = join(folder, 'root');
  mkdirSync(root);
  const store = ProjectStore.open(join(folder, 'data'));
  onTestFinished(() => store.dispose());
  const access = new FileAccess([root]);
  const reader = new FakeReader();
  const render = new FakeRender();
  const looks = new FakeLooks();
  const events = new EventLog({ launch: LAUNCH });
  onTestFinished(() => events.dispose());
  render.onEvent((event) => events.emit(event));
  const services: Services = {
    facts: {
      launch: LAUNCH,
      version: '1.2.3',
      host: 'server',
      platform: 'linux',
      roots: [{ path: root, name: 'root' }],
      samplePath: join(root, 'sample.mp4'),
    },
    firstClip: new FirstClip(undefined),
    store,
    access,
    clips: new ClipLibrary({ reader, store, access, samplePath: join(root, 'sample.mp4') }),
    cuts: {
      find: () => ({ state: 'looking', framesDone: 0 }),
      stop: () => ({ state: 'stopped', framesDone: 3 }),
    },
    media: fakeMedia,
    render,
    looks,
    events,
    networks: {
      list: async () => [
        {
          id: 'cdvd-tsp',
          title: 'CDVD-TSP',
          stages: { min: 1, max: 3, default: 2 },
          options: [{ kind: 'flag', name: 'motion', default: true }],
          looks: [{ name: 'flow', title: 'Optical flow', stage: 'last', parts: ['previous', 'next'] }],
          defaultSize: 'lite',
          sizes: [
            {
              size: 'lite',
              weights: [
                { name: 'lite', hash: 'f'.repeat(64), source: 'shipped', origin: 'made up', bytes: 1 },
              ],
            },
          ],
        },
      ],
      settle: async (deblur) => {
        if (deblur.weights === undefined) return deblur;
        if (deblur.weights !== 'lite')
          throw new AcutanceError('weights-missing', 'There are no such weights.');
        return { ...deblur, weights: 'f'.repeat(64) };
      },
    },
    weights: fakeWeights(new WeightUploads(join(folder, 'data'), 1000), access, () =>
      events.emit({ type: 'weights' }),
    ),
    ...overrides,
  };
  const logged: string[] = [];
  const answer = createRoutes(
    services,
    {
      respond: async () => {
        throw new HttpProblem('not-found', 'There is no page.');
      },
    },
    {
      checkResponses: true,
      logger: { error: (message, cause) => logged.push(`${message} ${String(cause)}`) },
    },
  );
  const fetch = (path: string, init?: RequestInit) => answer(new Request(`http://127.0.0.1${path}`, init));
  const send = (method: string, path: string, body: unknown) =>
    fetch(path, { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });
  const file = (name: string) => {
    const path = join(root, name);
    writeFileSync(path, `content of ${name}`);
    return path;
  };
  return {
    root,
    services,
    reader,
    render,
    looks,
    logged,
    file,
    answer,
    fetch,
    send,
    open: async (name = 'clip.mp4') => {
      const response = await send('POST', '/api/clips', { path: file(name) });
      return ((await response.json()) as { id: string }).id;
    },
  };
}

/** The body of a problem, after checking that it is one. */
export async function problemOf(
  response: Response,
): Promise<{ code: string; detail: string; hint?: string }> {
  if (response.headers.get('content-type') !== 'application/problem+json') {
    throw new Error(`This is no problem: ${response.status} ${await response.text()}`);
  }
  return (await response.json()) as { code: string; detail: string; hint?: string };
}

/** The body as it comes. */
export function readerOf(response: Response): ReadableStreamDefaultReader<Uint8Array> {
  const body = response.body as ReadableStream<Uint8Array> | null;
  if (!body) throw new Error('The response has no body.');
  return body.getReader();
}
