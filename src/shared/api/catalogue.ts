import { z } from 'zod';
import type { DeviceReport } from '../devices.ts';
import { LAYER_COUNTS } from '../settings.ts';
import { lookSchema } from './look.ts';

/** A place where networks can run, or the reason why they can't; see `DeviceReport`. */
export const deviceSchema = z.object({
  device: z.string(),
  name: z.string().optional(),
  usable: z.boolean(),
  software: z.boolean(),
  reason: z.string().optional(),
});
export type Device = z.output<typeof deviceSchema> & Partial<DeviceReport>;

/** Weights that can be used; see `WeightRecord`. */
export const weightsSchema = z.object({
  name: z.string(),
  /** SHA-256, in hexadecimal. */
  hash: z.string(),
  source: z.enum(['shipped', 'imported']),
  /** Where they are from, in words or as a path. */
  origin: z.string(),
  licence: z.string().optional(),
  attribution: z.string().optional(),
  /** The only options that they are for, of a network that has weights of its own for each. */
  options: z.object({ layers: z.literal(LAYER_COUNTS).optional() }).optional(),
  bytes: z.number(),
  /** Of imported ones, in milliseconds since 1970. */
  importedAt: z.number().optional(),
});
export type Weights = z.output<typeof weightsSchema>;

/** What a network has beside sizes and stages, under the name of the setting that it is. */
export const networkOptionSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('flag'), name: z.string(), default: z.boolean() }),
  /** One of a few numbers, ascending. */
  z.object({ kind: z.literal('choice'), name: z.string(), values: z.array(z.number()), default: z.number() }),
]);
export type NetworkOption = z.output<typeof networkOptionSchema>;

/** A network with what can be chosen for it. */
export const networkSchema = z.object({
  id: z.string(),
  title: z.string(),
  stages: z.object({ min: z.int(), max: z.int(), default: z.int() }),
  options: z.array(networkOptionSchema),
  /** What can be seen of its inside. */
  looks: z.array(lookSchema),
  /** The size to begin with, where it has weights. */
  defaultSize: z.string(),
  sizes: z.array(
    z.object({
      size: z.string(),
      /** Weights at hand that fit; empty where some must be imported first. The first is the default. */
      weights: z.array(weightsSchema),
    }),
  ),
});
export type Network = z.output<typeof networkSchema>;

/** An entry of a folder that the user may open. */
export const folderEntrySchema = z.object({
  name: z.string(),
  path: z.string(),
  kind: z.enum(['folder', 'file']),
  /** Whether its name looks like a video file. */
  video: z.boolean(),
  bytes: z.number().optional(),
  /** Milliseconds since 1970. */
  modifiedAt: z.number().optional(),
});
export type FolderEntry = z.output<typeof folderEntrySchema>;

export const folderSchema = z.object({
  path: z.string(),
  /** Absent at the top of what may be opened. */
  parent: z.string().optional(),
  /** Folders first, then files, by name. Hidden ones are left out. */
  entries: z.array(folderEntrySchema),
  /** Whether there are more entries than are listed. */
  truncated: z.boolean(),
});
export type Folder = z.output<typeof folderSchema>;

/** Who answers, and what it lets this page do. */
export const sessionSchema = z.object({
  /** Differs after every start of the program. */
  launch: z.string(),
  version: z.string(),
  host: z.enum(['electron', 'server']),
  platform: z.string(),
  /** Folders that may be opened, for the file browser of a page without native dialogs. */
  roots: z.array(z.object({ path: z.string(), name: z.string() })),
  /** The sample clip's path, for a first start. */
  samplePath: z.string(),
  /** Whether anything was ever opened here: a first start shows the sample and deblurs its first seconds. */
  firstStart: z.boolean(),
  /** Path of the clip that a start should open: given on the command line, or the one used last. */
  openPath: z.string().optional(),
});
export type Session = z.output<typeof sessionSchema>;
