import { z } from 'zod';
import { EXPORT_PRESETS } from '../settings.ts';
import { clipIdSchema, deblurSettingsSchema, frameRangeSchema, pathSchema, recipeIdSchema } from './clip.ts';
import { problemDescriptionSchema } from './problem.ts';

export const jobIdSchema = z.string().regex(/^[0-9a-z]{1,32}$/);

export const previewOrderSchema = z.object({
  kind: z.literal('preview'),
  clip: clipIdSchema,
  deblur: deblurSettingsSchema,
  range: frameRangeSchema,
  /** Rendering starts at this frame, goes to the end of the range and then takes what is before it. */
  startAt: z.int().min(0).optional(),
});

export const exportOrderSchema = z.object({
  kind: z.literal('export'),
  clip: clipIdSchema,
  /** Null: the decoded frames as they are. */
  deblur: deblurSettingsSchema.nullable(),
  /** Null: the whole clip. */
  range: frameRangeSchema.nullable(),
  preset: z.enum(EXPORT_PRESETS),
  output: pathSchema,
  overwrite: z.boolean().default(false),
  allowDamaged: z.boolean().default(false),
});

export const jobOrderSchema = z.discriminatedUnion('kind', [previewOrderSchema, exportOrderSchema]);
export type JobOrder = z.output<typeof jobOrderSchema>;

export const JOB_STATES = ['queued', 'running', 'done', 'failed', 'cancelled'] as const;

/** A piece of work as it stands. Every change is told as an event with the whole snapshot. */
export const jobSchema = z.object({
  id: jobIdSchema,
  kind: z.enum(['preview', 'export']),
  clip: clipIdSchema,
  clipName: z.string(),
  /** Frames worked on. */
  range: frameRangeSchema,
  state: z.enum(JOB_STATES),
  phase: z
    .enum([
      'starting',
      'opening',
      'loading',
      'deblurring',
      'inspecting',
      'copying',
      'comparing',
      'averaging',
      'finishing',
    ])
    .optional(),
  framesDone: z.int(),
  framesTotal: z.int(),
  fps: z.number().optional(),
  etaSeconds: z.number().optional(),
  notices: z.array(z.object({ code: z.string(), message: z.string() })),
  /** Of a preview: where its frames are. */
  recipe: recipeIdSchema.optional(),
  /** Of an export: the file, which exists only when the job is done. */
  output: z.string().optional(),
  outputBytes: z.number().optional(),
  /** Device and hardware it ran on, as far as known. */
  device: z.string().optional(),
  problem: problemDescriptionSchema.optional(),
  /** Milliseconds since 1970. */
  createdAt: z.number(),
  startedAt: z.number().optional(),
  endedAt: z.number().optional(),
});
export type Job = z.output<typeof jobSchema>;
