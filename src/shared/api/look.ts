import { z } from 'zod';
import { LOOK_NAMES, LOOK_PARTS } from '../looks.ts';
import { clipIdSchema, recipeIdSchema } from './clip.ts';
import { bytes, type Endpoint } from './endpoint.ts';

export const lookNameSchema = z.enum(LOOK_NAMES);

const lookPartSchema = z.enum(LOOK_PARTS);

/** Something that can be seen of a network at work; see `LookCondition` for when. */
export const lookSchema = z.object({
  name: lookNameSchema,
  /** One line: what it is, and in which units. */
  title: z.string(),
  stage: z.enum(['last', 'second']),
  without: z.object({ option: z.string(), value: z.union([z.boolean(), z.number()]) }).optional(),
  /** The frames that it concerns. */
  parts: z.array(lookPartSchema),
});
export type Look = z.output<typeof lookSchema>;

/** What full colour, or white, stands for; for flow, offsets and maxima in pixels of the frame. */
export const LOOK_SCALE_HEADER = 'look-full-scale';
/** The frame that the picture concerns. */
export const LOOK_PART_HEADER = 'look-part';

/** Computed when it is first asked for, which takes as long as restoring a frame. */
export const lookEndpoint = {
  method: 'GET',
  path: '/api/clips/:clip/looks/:recipe/:look/:index',
  summary: 'What a network shows of a frame, as a picture that covers the frame',
  params: z.object({
    clip: clipIdSchema,
    recipe: recipeIdSchema,
    look: lookNameSchema,
    index: z.coerce.number().int().min(0).max(100_000_000),
  }),
  query: z.object({
    /**
     * Which of the look's parts; the first where absent. At the ends of a shot both neighbours are the same frame, and
     * either name gets what there is.
     */
    part: lookPartSchema.optional(),
  }),
  response: bytes('image/png'),
} as const satisfies Endpoint;
