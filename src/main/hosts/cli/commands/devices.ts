import { formatTable } from '../format.ts';
import { createReporter, type ReporterOptions } from '../reporter.ts';
import { runJob } from '../run-job.ts';

/** `acutance devices`: where networks can run, and why not elsewhere. */
export async function devices(options: ReporterOptions): Promise<void> {
  const reporter = createReporter({ ...options, hideProgress: true }, process);
  const result = await runJob('devices', {}, reporter);
  const rows = result.devices.map(({ device, name, usable, software, reason }) => [
    device,
    usable ? (software ? 'slow' : 'yes') : 'no',
    [name, reason].filter((text) => text !== undefined && text !== '').join(': '),
  ]);
  reporter.result(result, formatTable(['Device', 'Usable', 'Name or reason'], rows));
}
