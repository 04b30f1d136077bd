import type { HandlersOf } from './mount.ts';
import type { Services } from './services.ts';

/** Where the shots of a clip begin. */
export function cutRoutes({ clips, cuts }: Services): HandlersOf<'foundCuts' | 'stopFindingCuts'> {
  return {
    foundCuts: async ({ params, signal }) => cuts.find(await clips.forRendering(params.clip, signal)),
    stopFindingCuts: async ({ params, signal }) => cuts.stop(await clips.forRendering(params.clip, signal)),
  };
}
