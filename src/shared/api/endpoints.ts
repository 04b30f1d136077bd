import { z } from 'zod';
import { deviceSchema, folderSchema, networkSchema, sessionSchema } from './catalogue.ts';
import {
  clipChoicesSchema,
  clipIdSchema,
  clipSchema,
  deblurSettingsSchema,
  pathSchema,
  recentClipSchema,
  recipeAnswerSchema,
  recipeIdSchema,
} from './clip.ts';
import { foundCutsSchema } from './cuts.ts';
import { EVENTS, NOTHING, bytes, defineEndpoints, json } from './endpoint.ts';
import { jobIdSchema, jobOrderSchema, jobSchema } from './job.ts';
import { lookEndpoint } from './look.ts';
import {
  importedWeightsSchema,
  uploadIdSchema,
  uploadSchema,
  weightsFindingSchema,
  weightsHashSchema,
  weightsOrderSchema,
} from './weights.ts';

const clip = z.object({ clip: clipIdSchema });
const job = z.object({ job: jobIdSchema });
const frame = { index: z.coerce.number().int().min(0).max(100_000_000) };

/** `raw`: rows of R, G, B, A bytes from the top, its size in the headers `frame-width` and `frame-height`. */
const frameQuery = z.object({
  format: z.enum(['raw', 'png', 'jpeg']).default('raw'),
  /** Scaled down to at most this many pixels. */
  width: z.coerce.number().int().min(16).max(16384).optional(),
});

/** `packed`: as the decoder gives it, in the form of `shared/picture/packed-picture.ts`, to be unpacked by the page. */
const originalQuery = frameQuery.extend({
  format: z.enum(['raw', 'packed', 'png', 'jpeg']).default('raw'),
});

export const RAW_FRAME_TYPE = 'application/vnd.acutance.rgba';
export const FRAME_WIDTH_HEADER = 'frame-width';
export const FRAME_HEIGHT_HEADER = 'frame-height';
export const PACKED_FRAME_TYPE = 'application/vnd.acutance.packed';
const FRAME = bytes(RAW_FRAME_TYPE, 'image/png', 'image/jpeg');
const ORIGINAL = bytes(RAW_FRAME_TYPE, PACKED_FRAME_TYPE, 'image/png', 'image/jpeg');

/** Every route of the application. The handler is mounted from this table and the page's client made from it. */
export const endpoints = defineEndpoints({
  session: {
    method: 'GET',
    path: '/api/session',
    summary: 'Who answers, and what it lets this page do',
    response: json(sessionSchema),
  },
  events: {
    method: 'GET',
    path: '/api/events',
    summary: 'Server-sent events; see ServerEvent',
    // A page may also say where it stopped when it has no EventSource of its own to say it.
    query: z.object({ after: z.string().max(100).optional() }),
    response: EVENTS,
  },
  devices: {
    method: 'GET',
    path: '/api/devices',
    summary: 'Where networks can run; the first answer takes a few seconds',
    response: json(z.array(deviceSchema)),
  },
  networks: {
    method: 'GET',
    path: '/api/networks',
    summary: 'Networks with sizes, stages and weights',
    response: json(z.array(networkSchema)),
  },
  importedWeights: {
    method: 'GET',
    path: '/api/weights',
    summary: 'Where imported weights lie, and which of them are damaged',
    response: json(importedWeightsSchema),
  },
  uploadWeights: {
    method: 'POST',
    path: '/api/weights/uploads',
    summary: 'Takes the bytes of a weight file, which a browser does not tell the path of',
    query: z.object({ name: z.string().min(1).max(255) }),
    takesBytes: true,
    response: json(uploadSchema),
  },
  discardUpload: {
    method: 'DELETE',
    path: '/api/weights/uploads/:upload',
    summary: 'Gives up a file that was sent',
    params: z.object({ upload: uploadIdSchema }),
    response: NOTHING,
  },
  importWeights: {
    method: 'POST',
    path: '/api/weights',
    summary:
      'Finds out which network files are for, and imports them where they fit one; every window is told',
    body: weightsOrderSchema,
    response: json(weightsFindingSchema),
  },
  removeWeights: {
    method: 'DELETE',
    path: '/api/weights/:hash',
    summary: 'Deletes imported weights; every window is told',
    params: z.object({ hash: weightsHashSchema }),
    response: NOTHING,
  },
  folder: {
    method: 'GET',
    path: '/api/folder',
    summary: 'The videos and folders in a folder',
    query: z.object({ path: pathSchema }),
    response: json(folderSchema),
  },
  recentClips: {
    method: 'GET',
    path: '/api/recent',
    summary: 'Clips opened before, newest first',
    response: json(z.array(recentClipSchema)),
  },
  openClip: {
    method: 'POST',
    path: '/api/clips',
    summary: 'Opens a video file: probes it and finds its frames',
    body: z.object({ path: pathSchema }),
    response: json(clipSchema),
  },
  clip: {
    method: 'GET',
    path: '/api/clips/:clip',
    summary: 'A clip that was opened',
    params: clip,
    response: json(clipSchema),
  },
  chooseForClip: {
    method: 'PATCH',
    path: '/api/clips/:clip/choices',
    summary: 'Saves what the editor chose for a clip; every window is told',
    params: clip,
    body: clipChoicesSchema.partial(),
    response: json(clipChoicesSchema),
  },
  frameTimes: {
    method: 'GET',
    path: '/api/clips/:clip/times',
    summary:
      'float64, little endian: seconds from the first frame at which each frame is shown, then the end',
    params: clip,
    response: bytes('application/octet-stream'),
  },
  foundCuts: {
    method: 'GET',
    path: '/api/clips/:clip/cuts',
    summary:
      'Where shots begin, as far as it is known; the rest is looked for, and events tell how far that is',
    params: clip,
    response: json(foundCutsSchema),
  },
  stopFindingCuts: {
    method: 'DELETE',
    path: '/api/clips/:clip/cuts/search',
    summary:
      'Stops looking for cuts; what is found is kept, and looking goes on there when it is asked for again',
    params: clip,
    response: json(foundCutsSchema),
  },
  frame: {
    method: 'GET',
    path: '/api/clips/:clip/frames/:index',
    summary: 'A frame of the clip, upright',
    params: clip.extend(frame),
    query: originalQuery,
    response: ORIGINAL,
  },
  recipe: {
    method: 'POST',
    path: '/api/clips/:clip/recipe',
    summary: 'What settings come to for a clip, and what of it is rendered',
    params: clip,
    body: deblurSettingsSchema,
    response: json(recipeAnswerSchema),
  },
  restoredFrame: {
    method: 'GET',
    path: '/api/clips/:clip/restored/:recipe/:index',
    summary: 'A deblurred frame at full strength, upright, once it is rendered',
    params: clip.extend({ recipe: recipeIdSchema, ...frame }),
    query: frameQuery,
    response: FRAME,
  },
  look: lookEndpoint,
  sound: {
    method: 'GET',
    path: '/api/clips/:clip/sound.wav',
    summary: 'The sound from the first frame on, 16 bit PCM; ranges are honoured',
    params: clip,
    response: bytes('audio/wav'),
  },
  clipFile: {
    method: 'GET',
    path: '/api/clips/:clip/file',
    summary: 'The file as it is; ranges are honoured',
    params: clip,
    response: bytes('application/octet-stream', 'application/mxf', 'video/*'),
  },
  jobs: {
    method: 'GET',
    path: '/api/jobs',
    summary: 'All jobs of this launch, oldest first',
    response: json(z.array(jobSchema)),
  },
  startJob: {
    method: 'POST',
    path: '/api/jobs',
    summary: 'Deblurs frames for the screen, or exports a clip',
    body: jobOrderSchema,
    response: json(jobSchema),
  },
  cancelJob: {
    method: 'POST',
    path: '/api/jobs/:job/cancel',
    summary: 'Stops a job; what is rendered stays, a half-written file goes',
    params: job,
    response: json(jobSchema),
  },
  removeJob: {
    method: 'DELETE',
    path: '/api/jobs/:job',
    summary: 'Takes an ended job off the list',
    params: job,
    response: NOTHING,
  },
});
export type Endpoints = typeof endpoints;
export type EndpointName = keyof Endpoints;
