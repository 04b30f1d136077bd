import type { EngineJobs } from '../../shared/engine-protocol.ts';
import type { DeblurrerCache } from './deblurrer-cache.ts';
import { serveEngine } from './engine-server.ts';
import type { FramesDesk } from './frames-desk.ts';
import type { LookDesk } from './look-desk.ts';

/** The engine process: decoder, networks and encoder. A job's code is loaded with the first job of its kind. */

/** Clips stay open between the jobs that look into them. */
let clips: Promise<FramesDesk> | undefined;
const framesDesk = (): Promise<FramesDesk> =>
  (clips ??= import('./frames-desk.ts').then((module) => new module.FramesDesk()));

/** The network of the last job stays loaded. */
let deblurrers: Promise<DeblurrerCache> | undefined;
const deblurrerCache = (): Promise<DeblurrerCache> =>
  (deblurrers ??= import('./deblurrer-cache.ts').then((module) => new module.DeblurrerCache()));

/** What was seen of the last frame is kept for its other looks. */
let looks: Promise<LookDesk> | undefined;
const lookDesk = (): Promise<LookDesk> =>
  (looks ??= import('./look-desk.ts').then((module) => new module.LookDesk()));

serveEngine<EngineJobs>({
  export: async (request, context) =>
    (await import('./export-job.ts')).runExport(request, context, await deblurrerCache()),
  preview: async (request, context) =>
    (await import('./preview-job.ts')).runPreview(request, context, await deblurrerCache()),
  infer: async (request, context) =>
    (await import('./infer-job.ts')).runInfer(request, context, await deblurrerCache()),
  evaluate: async (request, context) =>
    (await import('./evaluate-job.ts')).runEvaluate(request, context, await deblurrerCache()),
  synthesise: async (request, context) =>
    (await import('./synthesise-job.ts')).runSynthesise(request, context),
  inspect: async (request, context) =>
    (await import('./inspect-job.ts')).runInspect(request, context, await deblurrerCache()),
  look: async (request, context) => (await lookDesk()).look(request, context, await deblurrerCache()),
  encode: async (request) =>
    (await import('../media/picture-encoder.ts')).encodePicture(request, request.format),
  probe: async (request, context) => (await import('./probe-job.ts')).runProbe(request, context),
  devices: async (request, context) => (await import('./devices-job.ts')).runDevices(request, context),
  'import-weights': async (request, context) =>
    (await import('./import-weights-job.ts')).runImportWeights(request, context),
  index: async (request, context) => (await framesDesk()).index(request, context),
  frame: async (request, context) => (await framesDesk()).frame(request, context),
  'find-cuts': async (request, context) => (await import('./find-cuts-job.ts')).runFindCuts(request, context),
  sound: async (request, context) => (await framesDesk()).sound(request, context),
  wave: async (request, context) => (await framesDesk()).wave(request, context),
});
