import type { ClipDeblurSettings } from '../../shared/api/clip.ts';
import type { JobOrder } from '../../shared/api/job.ts';
import { AcutanceError, type ErrorCode } from '../../shared/errors.ts';
import { checkedCuts } from '../render/checked-cuts.ts';
import type { RenderClip } from '../render/render-service.ts';
import type { HandlersOf } from './mount.ts';
import type { Services } from './services.ts';

/** What is wrong with settings themselves, to be told next to them. */
const ABOUT_SETTINGS: ReadonlySet<ErrorCode> = new Set([
  'usage',
  'weights-unreadable',
  'weights-refused',
  'weights-mismatch',
  'weights-missing',
  'device-unavailable',
  'out-of-memory',
]);

/** Deblurring for the screen, and exports. */
export function jobRoutes({
  clips,
  access,
  render,
  looks,
  networks,
}: Services): HandlersOf<'recipe' | 'jobs' | 'startJob' | 'cancelJob' | 'removeJob'> {
  /** Settings with nothing about weights left open, which fit the clip. */
  const settle = async (deblur: ClipDeblurSettings, { frames }: RenderClip): Promise<ClipDeblurSettings> =>
    networks.settle({ ...deblur, cuts: checkedCuts(deblur.cuts, frames) });
  return {
    recipe: async ({ params, body, signal }) => {
      const clip = await clips.forRendering(params.clip, signal);
      try {
        const settings = await settle(body, clip);
        const recipe = await render.describe(clip, settings);
        looks.remember(recipe.recipe, settings);
        return recipe;
      } catch (thrown) {
        if (!(thrown instanceof AcutanceError) || !ABOUT_SETTINGS.has(thrown.code)) throw thrown;
        return { problem: thrown.toProblem() };
      }
    },
    jobs: () => render.jobs(),
    startJob: async ({ body, signal }) => {
      const clip = await clips.forRendering(body.clip, signal);
      const order: JobOrder =
        body.kind === 'export'
          ? {
              ...body,
              deblur: body.deblur && (await settle(body.deblur, clip)),
              output: await access.output(body.output),
            }
          : { ...body, deblur: await settle(body.deblur, clip) };
      return render.start(order, clip);
    },
    cancelJob: ({ params }) => render.cancel(params.job),
    removeJob: ({ params }) => {
      render.remove(params.job);
      return undefined;
    },
  };
}
