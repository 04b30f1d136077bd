import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Clip } from '../../../src/shared/api/clip.ts';
import type { ServerEvent } from '../../../src/shared/api/events.ts';
import type { Job } from '../../../src/shared/api/job.ts';
import { type App, createApp } from '../../../src/main/app.ts';

/** The application with real engines, asked in this process. */
export interface RunningApp {
  readonly app: App;
  /** An opened folder, for clips and outputs. */
  readonly root: string;
  readonly logged: string[];
  get(path: string, init?: RequestInit): Promise<Response>;
  send(method: string, path: string, body?: unknown): Promise<Response>;
  open(path: string): Promise<Clip>;
  /** The next event that fits; earlier ones are passed over. */
  waitFor<Type extends ServerEvent['type']>(
    type: Type,
    fits?: (event: Extract<ServerEvent, { type: Type }>) => boolean,
  ): Promise<Extract<ServerEvent, { type: Type }>>;
  /** Waits until a job has ended. */
  ended(id: string): Promise<Job>;
}

/** A folder that is removed after the test. */
export function workFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'acutance-app-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Starts the application; it ends with the test. `folder` holds its data, and its root. */
export async function startApp(folder = workFolder(), roots: readonly string[] = []): Promise<RunningApp> {
  const root = join(folder, 'root');
  mkdirSync(root, { recursive: true });
  const logged: string[] = [];
  const app = await createApp({
    host: 'server',
    roots: [root, ...roots],
    dataFolder: join(folder, 'data'),
    cacheFolder: join(folder, 'cache'),
    pageFolder: join(folder, 'page'),
    checkResponses: true,
    logger: { error: (message, cause) => logged.push(`${message} ${String(cause)}`) },
  });
  onTestFinished(() => app.dispose());
  const get = (path: string, init?: RequestInit) => app.fetch(new Request(`http://127.0.0.1${path}`, init));
  const send = (method: string, path: string, body?: unknown) =>
    get(path, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
  const events = eventsOf(await get('/api/events'));
  const waitFor: RunningApp['waitFor'] = async (type, fits = () => true) => {
    for (;;) {
      const { done, value } = await events.next();
      if (done === true) throw new Error(`The events ended before one of type ${type}.`);
      const wanted = value as Extract<ServerEvent, { type: typeof type }>;
      if (value.type === type && fits(wanted)) return wanted;
    }
  };
  return {
    app,
    root,
    logged,
    get,
    send,
    waitFor,
    open: async (path) => {
      const response = await send('POST', '/api/clips', { path });
      if (!response.ok) throw new Error(await response.text());
      return (await response.json()) as Clip;
    },
    ended: async (id) => {
      const { job } = await waitFor(
        'job',
        (event) => event.job.id === id && ['done', 'failed', 'cancelled'].includes(event.job.state),
      );
      return job;
    },
  };
}

async function* eventsOf(response: Response): AsyncGenerator<ServerEvent, undefined> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body as ReadableStream<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const data = block.split('\n').find((line) => line.startsWith('data: '));
      if (data !== undefined) yield JSON.parse(data.slice('data: '.length)) as ServerEvent;
    }
  }
  return undefined;
}

/** The code and the text of a problem. */
export async function problemOf(
  response: Response,
): Promise<{ code: string; detail: string; hint?: string }> {
  return (await response.json()) as { code: string; detail: string; hint?: string };
}
