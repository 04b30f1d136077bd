import { z } from 'zod';
import { deviceSchema } from './catalogue.ts';
import { clipChoicesSchema, clipIdSchema, frameRangeSchema, pathSchema, recipeIdSchema } from './clip.ts';
import { foundCutsSchema } from './cuts.ts';
import { jobIdSchema, jobSchema } from './job.ts';
import { problemDescriptionSchema } from './problem.ts';

/**
 * What the server tells without being asked. Each event has an id `launch:number`; a page that comes back with the last
 * one it saw gets what it missed, or a `reset` when that is no longer known (a restart, too long away): then it asks
 * for everything anew.
 */
export const serverEventSchema = z.discriminatedUnion('type', [
  /** The first event of a stream that does not go on from an earlier one. */
  z.object({ type: z.literal('reset'), launch: z.string() }),
  z.object({ type: z.literal('job'), job: jobSchema }),
  z.object({ type: z.literal('job-removed'), job: jobIdSchema }),
  /** Frames that can be shown now. */
  z.object({
    type: z.literal('rendered'),
    clip: clipIdSchema,
    recipe: recipeIdSchema,
    range: frameRangeSchema,
  }),
  /** Frames that had to make room in the cache. */
  z.object({
    type: z.literal('evicted'),
    clip: clipIdSchema,
    recipe: recipeIdSchema,
    range: frameRangeSchema,
  }),
  /** More is known of where the shots of a clip begin. */
  z.object({ type: z.literal('cuts'), clip: clipIdSchema, cuts: foundCutsSchema }),
  z.object({ type: z.literal('choices'), clip: clipIdSchema, choices: clipChoicesSchema }),
  z.object({ type: z.literal('devices'), devices: z.array(deviceSchema) }),
  /** Weights were imported or removed: networks are to be asked for anew. */
  z.object({ type: z.literal('weights') }),
  /** Someone outside the page asked for a clip: a menu, a second start, a file dropped on the icon. */
  z.object({ type: z.literal('open'), path: pathSchema }),
  /** Something went wrong that no request was waiting for. */
  z.object({ type: z.literal('problem'), problem: problemDescriptionSchema }),
]);
export type ServerEvent = z.output<typeof serverEventSchema>;
