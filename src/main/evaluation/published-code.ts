import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AcutanceError } from '../../shared/errors.ts';

/** Networks whose published code can be run, with a file by which a checkout of it is known. */
const CHECKOUTS = [
  { network: 'cdvd-tsp', title: 'CDVD-TSP', file: 'code/model/cdvd_tsp.py', stages: [2], sizes: ['paper'] },
  { network: 'erdn', title: 'ERDN', file: 'model/erdn.py', stages: [1, 2], sizes: ['paper'] },
  {
    network: 'pvdnet',
    title: 'PVDNet',
    file: 'models/archs/PVDNet.py',
    stages: [1],
    sizes: ['medium', 'large'],
  },
] as const;

/** Characters that are shown of one line of what the published code says. */
const LONGEST = 500;

export interface PublishedCheckout {
  readonly folder: string;
  readonly network: string;
  readonly title: string;
  /** The numbers of stages that its code can be run with; the last one is the usual. */
  readonly stages: readonly number[];
  /** The sizes that it has; the first one is the usual. */
  readonly sizes: readonly string[];
}

/** @throws AcutanceError `input-unsupported` for a folder that is no checkout of known code. */
export function recogniseCheckout(folder: string): PublishedCheckout {
  const found = CHECKOUTS.find(({ file }) => existsSync(join(folder, file)));
  if (found) return { folder, ...found };
  const known = CHECKOUTS.map(({ title, file }) => `${title} (has ${file})`);
  throw new AcutanceError(
    'input-unsupported',
    `"${folder}" is no checkout of published code that is known.`,
    {
      hint: `Give the folder of a clone of ${known.join(', ')}.`,
    },
  );
}

export interface PublishedRun {
  readonly python: string;
  /** The program that runs the code: `run_published.py`. */
  readonly driver: string;
  readonly checkout: PublishedCheckout;
  readonly size: string;
  readonly stages: number;
  /** Arrays in and out: `.npy`, float32, N x 3 x H x W. */
  readonly frames: string;
  readonly output: string;
  /** Read where `made` is false, else written with made-up values. */
  readonly weights: { readonly path: string; readonly made: boolean };
  readonly seed: number;
  /** For PyTorch; all cores where absent. */
  readonly threads?: number | undefined;
}

export interface PublishedTimes {
  /** Seconds of every frame. */
  readonly seconds: readonly number[];
  /** PyTorch's version. */
  readonly torch: string;
  readonly threads: number;
}

/**
 * Runs published code in a Python process of its own.
 *
 * @throws AcutanceError `input-unreadable` where Python, PyTorch or the code can't be run, `cancelled`.
 */
export async function runPublished(run: PublishedRun, signal: AbortSignal): Promise<PublishedTimes> {
  const { checkout, weights } = run;
  const args = [
    ...[run.driver, '--checkout', checkout.folder, '--network', checkout.network],
    ...['--size', run.size, '--stages', String(run.stages), '--frames', run.frames, '--output', run.output],
    ...[weights.made ? '--make-weights' : '--weights', weights.path, '--seed', String(run.seed)],
    ...(run.threads === undefined ? [] : ['--threads', String(run.threads)]),
  ];
  const { stdout, stderr, code } = await runProgram(run.python, args, signal);
  const answer = parseAnswer(stdout.trimEnd().split('\n').at(-1) ?? '');
  if (answer && 'seconds' in answer) return answer;
  if (answer) {
    throw new AcutanceError('input-unreadable', shorten(answer.message), { hint: shorten(answer.hint) });
  }
  const last = stderr.trimEnd().split('\n').slice(-3).join('\n');
  throw new AcutanceError(
    'input-unreadable',
    `The published code of ${checkout.title} ended with exit code ${code}:\n${last}`,
    { hint: 'It ran in a Python process of its own; see whether that Python has what the code needs.' },
  );
}

/** A stranger's library may say anything: in one line, and no more than is read. */
function shorten(text: string): string {
  const line = text.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST - 1)}…`;
}

interface ProgramOutcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
}

function runProgram(program: string, args: readonly string[], signal: AbortSignal): Promise<ProgramOutcome> {
  return new Promise((resolve, reject) => {
    // Bytecode would be written into the checkout.
    const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' };
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], signal, env });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', (thrown) => reject(signal.aborted ? cancelled() : cannotStart(program, thrown)));
    child.on('close', (code) => (signal.aborted ? reject(cancelled()) : resolve({ stdout, stderr, code })));
  });
}

function cancelled(): AcutanceError {
  return new AcutanceError('cancelled', 'Cancelled.');
}

function cannotStart(program: string, thrown: Error): AcutanceError {
  return new AcutanceError('input-unreadable', `"${program}" can't be started: ${thrown.message}.`, {
    hint: 'Name a Python with --python.',
    cause: thrown,
  });
}

function parseAnswer(
  line: string,
): PublishedTimes | { readonly message: string; readonly hint: string } | undefined {
  try {
    return JSON.parse(line) as PublishedTimes | { readonly message: string; readonly hint: string };
  } catch {
    return undefined;
  }
}
