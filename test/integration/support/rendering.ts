import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Job, JobOrder } from '../../../src/shared/api/job.ts';
import { DEFAULT_DEBLUR_SETTINGS } from '../../../src/shared/settings.ts';
import { FrameSource } from '../../../src/main/media/index.ts';
import { EngineClient } from '../../../src/main/render/engine-client.ts';
import { EngineRenderService } from '../../../src/main/render/engine-render-service.ts';
import { openInstalledWeights } from '../../../src/main/render/installed-weights.ts';
import type { RenderClip, RenderEvent } from '../../../src/main/render/render-service.ts';
import { waitUntil } from './command-line.ts';

/** The shipped network on the processor, as quick as it gets. */
export const QUICK = { ...DEFAULT_DEBLUR_SETTINGS, stages: 1, device: 'cpu', strength: 1 } as const;

type ExportOrder = Extract<JobOrder, { kind: 'export' }>;

/** A render service in a folder of its own, and everything that it told. */
export class RenderBench {
  readonly folder: string;
  readonly service: EngineRenderService;
  readonly events: RenderEvent[] = [];
  /** The engines that it made: the one for jobs first. */
  readonly engines: EngineClient[] = [];
  readonly #ownFolder: boolean;

  constructor(options: { folder?: string; cacheBytes?: number } = {}) {
    this.#ownFolder = options.folder === undefined;
    this.folder = options.folder ?? mkdtempSync(join(tmpdir(), 'acutance-render-'));
    this.service = new EngineRenderService({
      weights: async () => openInstalledWeights(),
      cacheFolder: join(this.folder, 'frames'),
      cacheBytes: options.cacheBytes,
      createEngine: () => {
        // Patient, so that a slow machine kills no engine.
        const engine = new EngineClient({ graceMs: 60_000 });
        this.engines.push(engine);
        return engine;
      },
    });
    this.service.onEvent((event) => this.events.push(event));
  }

  preview(clip: RenderClip, change: Partial<Extract<JobOrder, { kind: 'preview' }>> = {}): Job {
    const range = { from: 0, to: clip.frames };
    return this.service.start({ kind: 'preview', clip: clip.id, deblur: QUICK, range, ...change }, clip);
  }

  export(clip: RenderClip, change: Partial<ExportOrder> & Pick<ExportOrder, 'output'>): Job {
    const order: ExportOrder = {
      ...{ kind: 'export', clip: clip.id, deblur: null, range: null, preset: 'ffv1' },
      ...{ overwrite: false, allowDamaged: false },
      ...change,
    };
    return this.service.start(order, clip);
  }

  job(id: string): Job {
    const found = this.service.jobs().find((job) => job.id === id);
    if (!found) throw new Error(`There is no job ${id}.`);
    return found;
  }

  async ended({ id }: Job): Promise<Job> {
    await waitUntil(() => ['done', 'failed', 'cancelled'].includes(this.job(id).state));
    return this.job(id);
  }

  /** Frames told as rendered, in the order in which they were. */
  get rendered(): number[] {
    return this.events.flatMap((event) => (event.type === 'rendered' ? [event.range.from] : []));
  }

  /** Does something in the moment in which a job tells that so many frames are rendered. */
  onceRendered(frames: number, act: () => void): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const end = this.service.onEvent(() => {
      if (this.rendered.length < frames) return;
      end();
      act();
      resolve();
    });
    return promise;
  }

  async recipe(clip: RenderClip, deblur: typeof QUICK | object = {}): Promise<string> {
    return (await this.service.describe(clip, { ...QUICK, ...deblur })).recipe;
  }

  /** Raw frames at full strength. */
  async frames(clip: RenderClip, recipe: string, from = 0, to = clip.frames): Promise<Uint8Array[]> {
    const frames: Uint8Array[] = [];
    for (let number = from; number < to; number++) {
      const frame = await this.service.restoredFrame(clip.id, recipe, number, { format: 'raw' });
      if (!frame) throw new Error(`Frame ${number} is not rendered.`);
      frames.push(frame.bytes);
    }
    return frames;
  }

  async dispose(): Promise<void> {
    await this.service.dispose();
    if (this.#ownFolder) rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A clip as rendering wants to know it. */
export async function renderClip(path: string): Promise<RenderClip> {
  const source = await FrameSource.open(path);
  const { index, info } = source;
  await source.dispose();
  const { width, height, rotation } = info.video;
  const id = Buffer.from(basename(path)).toString('hex').padEnd(32, '0').slice(0, 32);
  return { id, path, name: basename(path), frames: index.pts.length, index, width, height, rotation };
}
