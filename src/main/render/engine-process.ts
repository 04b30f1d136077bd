import type { EngineJobs } from '../../shared/engine-protocol.ts';
import { serveEngine } from './engine-server.ts';

/** The engine process: decoder, networks and encoder. A job's code is loaded with the first job of its kind. */

serveEngine<EngineJobs>({
  export: async (request, context) => (await import('./export-job.ts')).runExport(request, context),
  infer: async (request, context) => (await import('./infer-job.ts')).runInfer(request, context),
  probe: async (request, context) => (await import('./probe-job.ts')).runProbe(request, context),
  devices: async (request, context) => (await import('./devices-job.ts')).runDevices(request, context),
});
