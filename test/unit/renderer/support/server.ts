import type { EventListeners, EventSourceOfPage } from '../../../../src/renderer/api/event-stream.ts';
import { createClient, type Client } from '../../../../src/renderer/api/client.ts';
import type { FoundCuts } from '../../../../src/shared/api/cuts.ts';
import type { Clip, ClipChoices, FrameRange } from '../../../../src/shared/api/clip.ts';
import type { Session } from '../../../../src/shared/api/catalogue.ts';
import type { Job } from '../../../../src/shared/api/job.ts';
import type { ServerEvent } from '../../../../src/shared/api/events.ts';
import { problemOf } from '../../../../src/shared/api/problem.ts';
import type { ProblemDescription } from '../../../../src/shared/errors.ts';
import { CLIP, RECIPE } from './clip.ts';

/** As much of the application as the page's state notices, in memory. */
export class FakeServer implements EventSourceOfPage {
  session: Session = {
    launch: 'first',
    version: '0',
    host: 'server',
    platform: 'linux',
    roots: [],
    samplePath: '/sample.mp4',
    firstStart: false,
  };
  clips: Record<string, Clip> = { [CLIP.path]: CLIP };
  jobs: Job[] = [];
  rendered: FrameRange[] = [];
  cuts: FoundCuts = { state: 'found', cuts: [] };
  recipes: (body: unknown) => string = () => RECIPE;
  away = false;
  /** What the next request is refused with. */
  refusal: ProblemDescription | undefined;
  readonly requests: { readonly route: string; readonly body: unknown }[] = [];
  readonly client: Client = createClient((address, init) => this.#answer(address as string, init));
  #listeners: EventListeners | undefined;

  open(listeners: EventListeners): void {
    this.#listeners = listeners;
    listeners.onConnection('connected');
  }

  close(): void {
    this.#listeners = undefined;
  }

  tell(event: ServerEvent): void {
    this.#listeners?.onEvent(event);
  }

  connection(connection: 'connected' | 'reconnecting'): void {
    this.away = connection === 'reconnecting';
    this.#listeners?.onConnection(connection);
  }

  bodiesOf(route: string): unknown[] {
    return this.requests.filter((request) => request.route === route).map(({ body }) => body);
  }

  async #answer(address: string, init: RequestInit | undefined): Promise<Response> {
    const text = typeof init?.body === 'string' ? init.body : undefined;
    const body: unknown = text === undefined ? undefined : JSON.parse(text);
    const path = new URL(address, 'http://host').pathname;
    const route = `${init?.method ?? 'GET'} ${path.replaceAll(/\/[0-9a-f]{32}/g, '/:id')}`;
    this.requests.push({ route, body });
    await Promise.resolve();
    init?.signal?.throwIfAborted();
    if (this.away) throw new TypeError('Failed to fetch');
    if (this.refusal) {
      const problem = problemOf(this.refusal);
      this.refusal = undefined;
      return Response.json(problem, { status: problem.status });
    }
    return this.#route(route, path, body);
  }

  #route(route: string, path: string, body: unknown): Response {
    const cancelled = /^POST \/api\/jobs\/(\w+)\/cancel$/.exec(route)?.[1];
    if (cancelled !== undefined) return Response.json(this.#cancelJob(cancelled));
    switch (route) {
      case 'GET /api/session':
        return Response.json(this.session);
      case 'GET /api/jobs':
        return Response.json(this.jobs);
      case 'POST /api/jobs':
        return Response.json(this.#startJob(body as { kind: 'preview'; clip: string; range: FrameRange }));
      case 'POST /api/clips':
        return Response.json(this.clips[(body as { path: string }).path]);
      case 'GET /api/clips/:id':
        return Response.json(Object.values(this.clips).find((clip) => path.includes(clip.id)));
      case 'POST /api/clips/:id/recipe':
        return Response.json({
          recipe: this.recipes(body),
          rendered: this.rendered,
          device: 'cpu',
          weights: 'lite',
        });
      case 'PATCH /api/clips/:id/choices':
        return Response.json({ ...CLIP.choices, ...(body as Partial<ClipChoices>) });
      case 'GET /api/clips/:id/cuts':
        return Response.json(this.cuts);
      case 'DELETE /api/clips/:id/cuts/search':
        return Response.json((this.cuts = { state: 'stopped', framesDone: 0 }));
      case 'GET /api/clips/:id/times':
        return new Response(Float64Array.from({ length: CLIP.frames + 1 }, (_, index) => index / 25));
      default:
        return Response.json([]);
    }
  }

  #cancelJob(id: string): Job {
    const index = this.jobs.findIndex((job) => job.id === id);
    const job: Job = { ...this.jobs[index]!, state: 'cancelled' };
    this.jobs = this.jobs.with(index, job);
    return job;
  }

  #startJob({ kind, clip, range }: { kind: 'preview'; clip: string; range: FrameRange }): Job {
    const framesTotal = range.to - range.from;
    const id = `job${this.jobs.length}`;
    const job = {
      id,
      kind,
      clip,
      clipName: 'a.mp4',
      range,
      state: 'queued',
      framesDone: 0,
      framesTotal,
    } as const;
    this.jobs.push({ ...job, notices: [], createdAt: this.jobs.length });
    return this.jobs.at(-1)!;
  }
}

/** Lets everything that waits only for promises go on. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
  await new Promise((resolve) => setTimeout(resolve));
}
