import { execFile } from 'node:child_process';
import type { ExecFileException } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { DeviceId } from '../runtime.ts';
import type { ProbeResult } from './device-probe-main.ts';

export type { ProbeResult };

/** A driver that has not run a 4-element multiplication by then is hanging (a healthy one needs 0.1 to 2 s). */
const PATIENCE_MS = 20_000;

/** Tries a device in a child process. */
export type DeviceProbe = (device: DeviceId) => Promise<ProbeResult>;

/** Starts `device-probe-main.ts`, by default the one beside this file, with the Node (or Electron) that runs us. */
export function childProcessProbe(
  entry: string = fileURLToPath(new URL('./device-probe-main.ts', import.meta.url)),
  patienceMs: number = PATIENCE_MS,
): DeviceProbe {
  return (device) =>
    new Promise((resolve) => {
      const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1', ORT_DISABLE_TELEMETRY: '1' };
      const settings = { env, timeout: patienceMs, killSignal: 'SIGKILL' as const, windowsHide: true };
      execFile(process.execPath, [entry, device], settings, (error, stdout) => {
        resolve(parseProbeOutput(stdout) ?? { usable: false, error: describeDeath(error), deviceFiles: [] });
      });
    });
}

/** The last line that is a probe's JSON: drivers print warnings of their own around it. */
export function parseProbeOutput(stdout: string): ProbeResult | undefined {
  for (const line of stdout.split('\n').reverse()) {
    if (!line.startsWith('{"usable":')) continue;
    try {
      return JSON.parse(line) as ProbeResult;
    } catch {
      return undefined;
    }
  }
  return undefined;
}

function describeDeath(error: ExecFileException | null): string {
  if (error?.killed === true) return 'its driver did not answer';
  if (error?.signal) return `its driver crashed (${error.signal})`;
  return `the test program ended without an answer (status ${String(error?.code ?? 0)})`;
}
