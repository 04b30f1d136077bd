import { execFile } from 'node:child_process';
import type { ExecFileException } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { DeviceId } from '../runtime.ts';
import type { ProbeResult } from './device-probe-main.ts';
import { callerPrograms, type ProgramFailure } from './probe-by-caller.ts';

export type { ProbeResult };

/** A driver that has not run a 4-element multiplication by then is hanging (a healthy one needs 0.1 to 2 s). */
const PATIENCE_MS = 20_000;

/** Tries a device in a child process. */
export type DeviceProbe = (device: DeviceId) => Promise<ProbeResult>;

const PROBE_PROGRAM = new URL('./device-probe-main.ts', import.meta.url);

/**
 * Runs `device-probe-main.ts`, by default the one beside this file, in a process of its own: with the Node that runs
 * us, or where that is Electron by asking the process that started us.
 */
export function childProcessProbe(
  entry: string = fileURLToPath(PROBE_PROGRAM),
  patienceMs: number = PATIENCE_MS,
): DeviceProbe {
  const runByCaller = callerPrograms();
  if (runByCaller) {
    return async (device) => {
      const { message, failure } = await runByCaller(entry, [device], patienceMs);
      if (message !== undefined) return message as ProbeResult;
      return { usable: false, error: describeFailure(failure), deviceFiles: [] };
    };
  }
  return (device) =>
    new Promise((resolve) => {
      const env = { ...process.env, ORT_DISABLE_TELEMETRY: '1' };
      const settings = { env, timeout: patienceMs, killSignal: 'SIGKILL' as const, windowsHide: true };
      execFile(process.execPath, [entry, device], settings, (error, stdout) => {
        resolve(
          parseProbeOutput(stdout) ?? {
            usable: false,
            error: describeFailure(failureOf(error)),
            deviceFiles: [],
          },
        );
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

function failureOf(error: ExecFileException | null): ProgramFailure {
  if (error?.killed === true) return { kind: 'timeout' };
  const code = typeof error?.code === 'number' ? error.code : error ? null : 0;
  return { kind: 'ended', code, signal: error?.signal ?? null };
}

function describeFailure(failure: ProgramFailure | undefined): string {
  if (failure?.kind === 'timeout') return 'its driver did not answer';
  if (failure?.signal) return `its driver crashed (${failure.signal})`;
  return `the test program ended without an answer (status ${String(failure?.code ?? 'unknown')})`;
}
