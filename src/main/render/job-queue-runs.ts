import type { Job, JobOrder } from '../../shared/api/job.ts';
import type { DeblurProvenance } from '../../shared/deblurring.ts';
import type { JobEvent } from '../../shared/engine-protocol.ts';
import { AcutanceError } from '../../shared/errors.ts';
import type { FrameIndex } from '../../shared/frame-index.ts';
import type { ClipRange, ClipTime } from '../../shared/settings.ts';
import { ticksToTime } from '../../shared/time.ts';
import type { FrameCache } from '../cache/frame-cache.ts';
import { countFrames, type NumberRange } from '../cache/frame-ranges.ts';
import type { EngineClient } from './engine-client.ts';
import type { JobControl } from './job-queue.ts';
import { missingRanges, type PreviewOrder } from './preview-order.ts';
import type { RecipeResolver } from './recipe.ts';
import type { RenderClip } from './render-service.ts';

export type ExportOrder = Extract<JobOrder, { readonly kind: 'export' }>;

export interface RunServices {
  readonly engine: EngineClient;
  readonly recipes: RecipeResolver;
  readonly cache: FrameCache;
  readonly cacheFolder: string;
  readonly onRendered: (clip: string, recipe: string, number: number) => void;
  /** Waits until no more is kept than may be. */
  readonly makeRoom: () => Promise<void>;
  /** Called when the engine has begun to work. */
  readonly onWorking: () => void;
}

/** Renders what is not rendered yet of a preview's range. */
export async function runPreviewOrder(
  order: PreviewOrder,
  clip: RenderClip,
  control: JobControl,
  services: RunServices,
): Promise<void> {
  const { engine, cache, cacheFolder } = services;
  const recipe = await services.recipes.resolve(order.deblur);
  control.signal.throwIfAborted();
  const ranges = missingRanges(order, cache.ranges(clip.id, recipe.id));
  const framesTotal = order.range.to - order.range.from;
  const framesThere = framesTotal - countFrames(ranges);
  control.update({ recipe: recipe.id, device: recipe.device, framesDone: framesThere, framesTotal });
  if (ranges.length === 0) return;
  const { path: input, index, rotation } = clip;
  const { deblur } = await engine.run(
    'preview',
    {
      ...{ input, index, rotation, ranges, cacheFolder },
      deblur: recipe.settings,
      weightsHash: recipe.weights.sha256,
      clip: clip.id,
      recipe: recipe.id,
    },
    {
      signal: control.signal,
      onEvent: (event) => {
        if (event.type === 'rendered') services.onRendered(clip.id, recipe.id, event.number);
        else applyEvent(event, control, services, framesThere);
      },
    },
  );
  // Only a job that runs can be told that its own frames had to go.
  await services.makeRoom();
  control.update({ device: describeDevice(deblur) });
}

/** Exports a clip, or a part of it to the frame. */
export async function runExportOrder(
  order: ExportOrder,
  clip: RenderClip,
  control: JobControl,
  services: RunServices,
): Promise<void> {
  const { engine, recipes } = services;
  const recipe = order.deblur ? await recipes.resolve(order.deblur) : undefined;
  control.signal.throwIfAborted();
  if (recipe) control.update({ device: recipe.device });
  const { output, preset, overwrite, allowDamaged } = order;
  const result = await engine.run(
    'export',
    {
      ...{ input: clip.path, output, preset, overwrite, allowDamaged },
      deblur: recipe?.settings,
      range: order.range ? timesOfRange(order.range, clip.index) : {},
    },
    { signal: control.signal, onEvent: (event) => applyEvent(event, control, services, 0) },
  );
  control.update({
    framesDone: result.frames,
    framesTotal: result.frames,
    output: result.output,
    outputBytes: result.bytes,
    ...(result.deblur ? { device: describeDevice(result.deblur) } : {}),
  });
}

/**
 * The times of a range of frames: of its first frame, and of the first frame behind it. They are exact, so that the
 * range holds these frames and no others whatever the frame rate does.
 */
export function timesOfRange({ from, to }: NumberRange, { pts, timeBase }: FrameIndex): ClipRange {
  const start = pts[0] ?? 0;
  const timeOf = (number: number): ClipTime | undefined => {
    const ticks = pts[number];
    return ticks === undefined ? undefined : ticksToTime(BigInt(ticks - start), timeBase);
  };
  return { in: from === 0 ? undefined : timeOf(from), out: timeOf(to) };
}

/** @throws AcutanceError `usage` where a range is not within a clip. */
export function requireWithin(range: NumberRange, clip: RenderClip): void {
  if (range.from >= 0 && range.from < range.to && range.to <= clip.frames) return;
  throw new AcutanceError(
    'usage',
    `The frames ${range.from} to ${range.to} do not lie within "${clip.name}", which has ${clip.frames}.`,
    { hint: 'Frames are counted from 0; the one behind the last is not worked on.' },
  );
}

/** @param framesBefore - frames that were there before the engine began to count. */
function applyEvent(
  event: JobEvent,
  control: JobControl,
  { onWorking }: RunServices,
  framesBefore: number,
): void {
  switch (event.type) {
    case 'phase':
      if (event.phase !== 'starting') onWorking();
      control.update({ phase: event.phase });
      return;
    case 'progress': {
      const { framesDone, fps, etaSeconds } = event.progress;
      const done = Math.min(control.job.framesTotal, framesBefore + framesDone);
      control.update({ framesDone: done, fps, etaSeconds });
      return;
    }
    case 'notice':
      control.update({ notices: addNotice(control.job, event.notice) });
      return;
    case 'rendered':
    case 'cut':
      return;
  }
}

/** The notices of a job with one more, unless it was told before. */
export function addNotice({ notices }: Job, notice: Job['notices'][number]): Job['notices'] {
  const known = notices.some(({ code, message }) => code === notice.code && message === notice.message);
  return known ? notices : [...notices, notice];
}

function describeDevice({ device, deviceName }: DeblurProvenance): string {
  return deviceName === undefined ? device : `${device} (${deviceName})`;
}
