import { z } from 'zod';
import { weightsSchema } from './catalogue.ts';
import { pathSchema } from './clip.ts';
import { problemDescriptionSchema } from './problem.ts';

/** The largest weight file that a page may send, in bytes: as much as is read of one. */
export const MAX_UPLOAD_BYTES = 2 ** 31;

/** A file that a page has sent; it is kept until it is imported or given up. */
export const uploadIdSchema = z.string().regex(/^[0-9a-f]{32}$/);

export const weightsHashSchema = z.string().regex(/^[0-9a-f]{64}$/);

export const uploadSchema = z.object({ upload: uploadIdSchema, bytes: z.number() });

/** A network comes in one file, or in one for each of its parts. */
export const weightsOrderSchema = z.object({
  files: z
    .array(z.union([z.object({ upload: uploadIdSchema }), z.object({ path: pathSchema })]))
    .min(1)
    .max(4),
  /** A note on what may be done with them; without it, what the files say. */
  licence: z.string().max(500).optional(),
  /** The convention of the warps they were trained with; without it what the files say, else `true`. */
  alignCorners: z.boolean().optional(),
});
export type WeightsOrder = z.output<typeof weightsOrderSchema>;

const tensorSchema = z.object({ name: z.string(), dims: z.array(z.number()) });

/** So many tensors, of which the first few are named. */
const someOf = <Item extends z.ZodType>(item: Item) => z.object({ count: z.int(), first: z.array(item) });

/** What stands between a file and a network. */
export const differencesSchema = z.object({
  /** Tensors that fit. */
  fitting: z.int(),
  /** Of the network, not in the file. */
  missing: someOf(tensorSchema),
  /** Of the file, unknown to the network. */
  unexpected: someOf(tensorSchema),
  misshapen: someOf(
    z.object({ name: z.string(), expected: z.array(z.number()), actual: z.array(z.number()) }),
  ),
});
export type Differences = z.output<typeof differencesSchema>;

/** What files turned out to be. */
export const weightsFindingSchema = z.discriminatedUnion('result', [
  z.object({
    result: z.literal('imported'),
    network: z.string(),
    size: z.string(),
    weights: weightsSchema,
  }),
  /** Whole parts of a network, but not all of them: the others have to come along. Uploads are kept. */
  z.object({
    result: z.literal('part'),
    network: z.string(),
    /** Other networks that the same file is a part of. */
    alsoOf: z.array(z.string()).optional(),
    size: z.string(),
    present: z.array(z.string()),
    absent: z.array(z.string()),
  }),
  /** Of something else. */
  z.object({
    result: z.literal('mismatch'),
    /** By names, or where none is known, by shapes; absent where no network has anything in common with it. */
    closest: z.object({ network: z.string(), size: z.string(), differences: differencesSchema }).optional(),
    /** Tensors of the file. */
    tensors: someOf(tensorSchema),
  }),
]);
export type WeightsFinding = z.output<typeof weightsFindingSchema>;

/** The imported weights as a whole; each of those that can be used is listed with its network. */
export const importedWeightsSchema = z.object({
  /** Where they lie. */
  folder: z.string(),
  /** What is wrong with those that can't be used. */
  problems: z.array(problemDescriptionSchema),
});
export type ImportedWeights = z.output<typeof importedWeightsSchema>;
