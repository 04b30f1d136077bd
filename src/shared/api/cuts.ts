import { z } from 'zod';
import { problemDescriptionSchema } from './problem.ts';

/** First frames of the shots after the first one, ascending. */
const firstFramesSchema = z.array(z.int().min(1));

/** What is known of where the shots of a clip begin, by looking at its frames. */
export const foundCutsSchema = z.discriminatedUnion('state', [
  /** All frames were looked at. */
  z.object({ state: z.literal('found'), cuts: firstFramesSchema }),
  /** Frames are being looked at, or wait for it while another clip's are. */
  z.object({ state: z.literal('looking'), framesDone: z.int().min(0) }),
  /** Not all frames were looked at, and nobody asks for it now. */
  z.object({ state: z.literal('stopped'), framesDone: z.int().min(0) }),
  z.object({ state: z.literal('failed'), problem: problemDescriptionSchema }),
]);
export type FoundCuts = z.output<typeof foundCutsSchema>;
