import { z } from 'zod';
import { DEVICE_CHOICES, ENSEMBLE_COUNTS, LAYER_COUNTS, MAX_STAGES } from '../settings.ts';
import { problemDescriptionSchema } from './problem.ts';

/** Identifies a file by its content: another file, or the same one changed, has another id. */
export const clipIdSchema = z.string().regex(/^[0-9a-f]{32}$/);

/** Identifies everything besides the clip that can change a restored pixel. */
export const recipeIdSchema = z.string().regex(/^[0-9a-f]{32}$/);

export const pathSchema = z
  .string()
  .min(1)
  .max(4096)
  .refine((path) => !path.includes('\0'), 'A path holds no zero character.');

/** Frames with `from <= index < to`, counted from the first frame of the clip. */
export const frameRangeSchema = z
  .object({ from: z.int().min(0), to: z.int().min(1) })
  .refine(({ from, to }) => from < to, 'A range holds at least one frame.');
export type FrameRange = z.output<typeof frameRangeSchema>;

/** More than two hours of film have. */
const MOST_CUTS = 10_000;
const AT_START = 'A cut is at frame 1 or later, as frame 0 begins the clip anyway.';

/** How a clip is deblurred; see `DeblurSettings`. */
export const deblurSettingsSchema = z.object({
  network: z.string().min(1).max(64),
  size: z.string().min(1).max(64),
  stages: z.int().min(1).max(MAX_STAGES),
  device: z.enum(DEVICE_CHOICES),
  /** Whether the result before is followed along the motion, of a network that has the option. */
  motion: z.boolean().optional(),
  /** On how many levels the whole frames are compared, of a network that has the option. */
  layers: z.literal(LAYER_COUNTS).optional(),
  /** Mirrored and turned copies of the clip that the result is the mean of. */
  ensemble: z.literal(ENSEMBLE_COUNTS).optional(),
  /**
   * Where shots begin: found, nowhere but at the start, or with frames of these numbers in any order. They are kept in
   * ascending order, each once.
   */
  cuts: z
    .union([z.enum(['detect', 'none']), z.array(z.int().min(1, AT_START)).max(MOST_CUTS).readonly()], {
      error: `Cuts are "detect", "none", or at most ${MOST_CUTS} numbers of frames.`,
    })
    .optional(),
  /** How much of the change is kept: 0 is the original, 1 the network's output. */
  strength: z.number().min(0).max(1).default(1),
  /** Hash or name of imported weights; without it, the shipped ones. */
  weights: z.string().min(1).max(4096).optional(),
  alignCorners: z.boolean().optional(),
  tile: z.int().min(64).max(16384).optional(),
});
export type ClipDeblurSettings = z.output<typeof deblurSettingsSchema>;

/** What the editor has chosen for a clip; saved with it and the same in every window. */
export const clipChoicesSchema = z.object({
  deblur: deblurSettingsSchema,
  /** In and out point; null is the whole clip. */
  range: frameRangeSchema.nullable(),
});
export type ClipChoices = z.output<typeof clipChoicesSchema>;

export const clipSchema = z.object({
  id: clipIdSchema,
  path: z.string(),
  name: z.string(),
  /** Whether it is the clip that came with Acutance. */
  sample: z.boolean(),
  bytes: z.number(),
  container: z.string(),
  codec: z.string(),
  pixelFormat: z.string(),
  bitDepth: z.int(),
  chroma: z.string(),
  /** As stored. */
  width: z.int(),
  height: z.int(),
  /** As shown: upright, with square pixels. */
  displayWidth: z.int(),
  displayHeight: z.int(),
  /** Degrees clockwise from stored to shown. */
  rotation: z.number(),
  /** As a fraction, for example `30000/1001`; absent where the rate is unknown. */
  frameRate: z.string().optional(),
  variableFrameRate: z.boolean(),
  /** Exact; see the times for the moment of each. */
  frames: z.int().min(1),
  durationSeconds: z.number(),
  /** Start timecode of the source, where it has one. */
  timecode: z.string().optional(),
  matrix: z.string(),
  range: z.string(),
  primaries: z.string(),
  transfer: z.string(),
  sound: z.object({ codec: z.string(), channels: z.int(), durationSeconds: z.number() }).optional(),
  /** What a user should know, one sentence each: interlaced, patched up, without timestamps. */
  notices: z.array(z.string()),
  choices: clipChoicesSchema,
});
export type Clip = z.output<typeof clipSchema>;

/** A clip that was opened before, newest first. */
export const recentClipSchema = z.object({
  path: z.string(),
  name: z.string(),
  /** Milliseconds since 1970. */
  openedAt: z.number(),
  /** Whether the file is still there. */
  available: z.boolean(),
});
export type RecentClip = z.output<typeof recentClipSchema>;

/** What settings come to for a clip: the recipe, and what of it is already rendered. */
export const recipeSchema = z.object({
  recipe: recipeIdSchema,
  /** Rendered frames as disjoint ascending ranges. */
  rendered: z.array(frameRangeSchema),
  /** How the device will be called, for example `cpu`, and the weights. */
  device: z.string(),
  weights: z.string(),
});
export type Recipe = z.output<typeof recipeSchema>;

/** Settings that can't be carried out are answered with the reason, so that it can be told next to them. */
export const recipeAnswerSchema = z.union([recipeSchema, z.object({ problem: problemDescriptionSchema })]);
export type RecipeAnswer = z.output<typeof recipeAnswerSchema>;
