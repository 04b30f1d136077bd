import type { JobPhase, JobProgress } from '../../shared/engine-protocol.ts';
import { AcutanceError } from '../../shared/errors.ts';

/** What is known about an engine process that ended in the middle of a job. */
export interface EngineDeath {
  readonly code: number | null;
  readonly signal: string | null;
  readonly phase: JobPhase;
  readonly progress: JobProgress | undefined;
  /** Whether the job had a partial output, which is removed now. */
  readonly hadPartialOutput: boolean;
  /** The last of what it printed. */
  readonly output: string;
}

const ACTIVITY: Record<JobPhase, string> = {
  starting: 'while starting',
  opening: 'while opening the input',
  loading: 'while loading the network',
  deblurring: 'while deblurring',
  inspecting: 'while looking inside the network',
  copying: 'while writing frames',
  comparing: 'while comparing',
  averaging: 'while averaging frames',
  finishing: 'while finishing the output',
};

const COUNTED: ReadonlySet<JobPhase> = new Set(['deblurring', 'copying', 'comparing', 'averaging']);

const CRASH_SIGNALS = new Set(['SIGSEGV', 'SIGABRT', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGTRAP']);
/** Windows reports a crash as an exit code: NTSTATUS values with the two error bits set. */
const FIRST_WINDOWS_CRASH_CODE = 0xc0000000;
const MEMORY_WORDS = /out of memory|bad_alloc|allocation failed|cannot allocate/i;

/** Says what happened to an engine that died, when, and what the user can do. */
export function describeEngineDeath(death: EngineDeath): AcutanceError {
  const when = ACTIVITY[death.phase] + framePosition(death);
  const rest = death.hadPartialOutput ? '; the partial output was removed' : '';
  const cause =
    death.output.trim() === '' ? undefined : new Error(`The engine's last output:\n${death.output.trim()}`);
  return new AcutanceError('engine-died', `The engine process ${manner(death)} ${when}${rest}.`, {
    hint: hint(death),
    cause,
  });
}

function framePosition({ phase, progress }: EngineDeath): string {
  if (!progress || !COUNTED.has(phase)) return '';
  const total = progress.framesTotal === undefined ? '' : ` of ${progress.framesTotal}`;
  return ` (${progress.framesDone}${total} frames done)`;
}

function manner({ code, signal }: EngineDeath): string {
  if (signal === null && code !== null && code >= FIRST_WINDOWS_CRASH_CODE)
    return `crashed (0x${code.toString(16)})`;
  if (signal === null) return `ended unexpectedly (exit code ${code ?? 'unknown'})`;
  return CRASH_SIGNALS.has(signal) ? `crashed (${signal})` : `was killed (${signal})`;
}

function hint({ signal, output }: EngineDeath): string {
  if (MEMORY_WORDS.test(output)) return 'It ran out of memory: close other programs or use smaller tiles.';
  if (signal === 'SIGKILL') {
    return 'If you did not end it yourself, the system probably ran out of memory: close other programs or use smaller tiles.';
  }
  return 'Try again on the CPU; if it happens there too, the clip may be damaged in a way we do not catch: please report it.';
}
