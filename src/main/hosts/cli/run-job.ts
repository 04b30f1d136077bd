import type { EngineJobs } from '../../../shared/engine-protocol.ts';
import { createEngine } from '../../services.ts';
import { interruptible } from './interrupt.ts';
import type { Reporter } from './reporter.ts';

/** Runs one job in an engine of its own, reporting as it goes, and ends the engine before it returns. */
export async function runJob<Kind extends keyof EngineJobs>(
  kind: Kind,
  request: EngineJobs[Kind]['request'],
  reporter: Reporter,
): Promise<EngineJobs[Kind]['result']> {
  const debugging = process.env['ACUTANCE_DEBUG'] === '1';
  const engine = createEngine(debugging ? { onOutput: (text) => process.stderr.write(text) } : {});
  try {
    return await interruptible(
      (signal) => engine.run(kind, request, { signal, onEvent: (event) => reporter.event(event) }),
      {
        onFirst: () => reporter.remark('Cancelling; press Ctrl-C again to stop at once.'),
        onFurther: () => engine.kill(),
      },
    );
  } finally {
    await engine.dispose();
  }
}
