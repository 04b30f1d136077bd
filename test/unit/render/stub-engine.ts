import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { serveEngine } from '../../../src/main/render/engine-server.ts';
import { AcutanceError } from '../../../src/shared/errors.ts';

/** An engine whose jobs misbehave on demand, for testing what stands around the real one. */

export type StubJobs = {
  readonly echo: { readonly request: unknown; readonly result: unknown };
  readonly refuse: { readonly request: null; readonly result: never };
  readonly trip: { readonly request: null; readonly result: never };
  readonly work: { readonly request: { readonly temporary: string }; readonly result: string };
  readonly stick: { readonly request: { readonly temporary: string }; readonly result: never };
  readonly exit: { readonly request: number; readonly result: never };
  readonly abort: { readonly request: null; readonly result: never };
};

function block(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

function create(path: string): void {
  closeSync(openSync(path, 'w'));
}

serveEngine<StubJobs>({
  echo: async (request) => request,
  refuse: async () => {
    throw new AcutanceError('input-corrupt', 'The clip is damaged.', { hint: 'Get another copy.' });
  },
  trip: async () => {
    throw new TypeError('a defect');
  },
  work: async ({ temporary }, { signal, phase, progress, temporary: announce }) => {
    announce(temporary);
    create(temporary);
    phase('deblurring');
    for (let frame = 1; !signal.aborted; frame++) {
      progress({ framesDone: frame, framesTotal: 1000 });
      await sleep(10);
    }
    signal.throwIfAborted();
    return 'never';
  },
  stick: async ({ temporary }, { phase, temporary: announce }) => {
    announce(temporary);
    create(temporary);
    phase('deblurring');
    await sleep(20);
    // Like a long native call: the event loop does not turn.
    for (;;) block(60_000);
  },
  exit: async (code) => process.exit(code),
  abort: async () => {
    process.stderr.write('native library: out of memory\n');
    await sleep(50);
    return process.abort();
  },
});
