import { childProcessProbe } from '../../../../../src/main/inference/devices/device-probe.ts';
import { serveEngine } from '../../../../../src/main/render/engine-server.ts';

/** An engine that tries a device, with the program and the patience that it is given. */
export type ProbingJobs = {
  readonly probe: {
    readonly request: { readonly device: string; readonly program?: string; readonly patienceMs?: number };
    readonly result: { readonly usable: boolean; readonly error?: string };
  };
};

serveEngine<ProbingJobs>({
  probe: async ({ device, program, patienceMs }) =>
    childProcessProbe(program, patienceMs)(device as 'cpu' | 'webgpu'),
});
