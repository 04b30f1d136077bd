import { EngineClient } from '../../../src/main/render/engine-client.ts';
import type { StubJobs } from './stub-engine.ts';

/** A program that starts a job which never ends and prints its engine's process id; tests kill it. */

const client = new EngineClient<StubJobs>({ entry: new URL('./stub-engine.ts', import.meta.url) });
const kind = process.argv[2] === 'stick' ? 'stick' : 'work';
await client.run(
  kind,
  { temporary: process.argv[3] ?? '' },
  {
    onEvent: (event) => {
      if (event.type === 'phase' && event.phase === 'deblurring') process.stdout.write(`${client.pid}\n`);
    },
  },
);
