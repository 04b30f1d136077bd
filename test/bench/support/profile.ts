/** What ONNX Runtime's profiles say. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface ProfileEvent {
  readonly cat: string;
  readonly name: string;
  /** Microseconds. */
  readonly dur: number;
  readonly args: { readonly op_name?: string };
}

/**
 * Seconds that a run of a program spends inside convolutions, of each stage's runs that with the fewest; the mean of the
 * stages.
 *
 * @param prefix what the names of this program's profiles begin with, in `folder`
 */
export function convolutionSeconds(folder: string, prefix: string): number {
  const stages = globSync(`${prefix}_*.json`, { cwd: folder }).map((name) => {
    const events = JSON.parse(readFileSync(join(folder, name), 'utf8')) as ProfileEvent[];
    return Math.min(...convolutionTimes(events));
  });
  return stages.reduce((sum, seconds) => sum + seconds, 0) / stages.length;
}

/** For each run the seconds inside convolutions, transposed ones too: a run is told of behind its nodes. */
export function convolutionTimes(events: readonly ProfileEvent[]): number[] {
  const times: number[] = [];
  let seconds = 0;
  for (const { cat, name, dur, args } of events) {
    if (cat === 'Node' && args.op_name?.includes('Conv') === true && !args.op_name.includes('Deform'))
      seconds += dur / 1e6;
    if (name !== 'model_run') continue;
    times.push(seconds);
    seconds = 0;
  }
  return times;
}
