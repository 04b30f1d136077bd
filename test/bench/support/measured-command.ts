/** Runs the command line as a user does, and measures it from outside. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const PROGRAM = join(import.meta.dirname, '../../../bin/acutance.mjs');
const POLL_MILLISECONDS = 50;
/** What Linux counts processor time in, on every platform that Node runs on. */
const TICKS_PER_SECOND = 100;

export interface Measurement {
  /** Wall time of the whole command, start-up included. */
  readonly seconds: number;
  /** What the command itself reports: wall time of the job, and the part of it inside the inference runtime. */
  readonly jobSeconds: number;
  readonly inferenceSeconds: number;
  /** Processor time of the command and its child processes, which other work on the machine hardly changes. */
  readonly processorSeconds: number;
  /** Sum over the command and its child processes of the most memory each held; 0 where the system does not tell. */
  readonly peakBytes: number;
}

/** @throws Error with what the command printed, when it fails */
export async function measure(parameters: readonly string[]): Promise<Measurement> {
  const start = performance.now();
  const child = spawn(process.execPath, [PROGRAM, ...parameters, '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const usage = new Map<number, Usage>();
  const poll = setInterval(() => readUsage(child.pid ?? 0, usage), POLL_MILLISECONDS);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const end = await new Promise<number | string>((resolve) => {
    child.on('close', (code, signal) => resolve(code ?? signal ?? 'nothing'));
  });
  const seconds = (performance.now() - start) / 1000;
  clearInterval(poll);
  if (end !== 0) throw new Error(`acutance ${parameters.join(' ')} ended with ${end}:\n${output}`);
  const job = readResult(output);
  return {
    seconds,
    jobSeconds: job.seconds,
    inferenceSeconds: job.inferenceSeconds,
    processorSeconds: sum([...usage.values()].map((process) => process.processorSeconds)),
    peakBytes: sum([...usage.values()].map((process) => process.peakBytes)),
  };
}

/**
 * The quickest of some runs of each command: the one least disturbed by what else the machine was doing. The commands
 * take turns, so that a disturbance meets them alike.
 */
export async function quickestOf(
  rounds: number,
  commands: readonly (readonly string[])[],
): Promise<Measurement[]> {
  const best: Measurement[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const [index, command] of commands.entries()) {
      const measurement = await measure([...command, '--overwrite']);
      const before = best[index];
      if (before === undefined || measurement.jobSeconds < before.jobSeconds) best[index] = measurement;
    }
  }
  return best;
}

interface Usage {
  readonly processorSeconds: number;
  readonly peakBytes: number;
}

/** Notes what a process and its descendants have used so far (Linux; elsewhere nothing is noted). */
function readUsage(pid: number, usage: Map<number, Usage>): void {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    // The name in brackets may hold spaces; the times in clock ticks are the 12th and 13th field behind it.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    const processorSeconds = (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
    if (kilobytes !== undefined) usage.set(pid, { processorSeconds, peakBytes: Number(kilobytes) * 1024 });
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    for (const child of children === '' ? [] : children.split(' ')) readUsage(Number(child), usage);
  } catch {
    // The process ended between two looks, or the system has no /proc.
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function readResult(output: string): { seconds: number; inferenceSeconds: number } {
  for (const line of output.trim().split('\n').reverse()) {
    const found = findResult(JSON.parse(line));
    if (found !== undefined) return found;
  }
  throw new Error(`The command reported no result:\n${output}`);
}

function findResult(value: unknown): { seconds: number; inferenceSeconds: number } | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { seconds, inferenceSeconds } = value as Record<string, unknown>;
  if (typeof seconds === 'number' && typeof inferenceSeconds === 'number')
    return { seconds, inferenceSeconds };
  return Object.values(value).map(findResult).find(Boolean);
}
