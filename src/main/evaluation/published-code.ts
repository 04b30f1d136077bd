import { spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { AcutanceError } from '../../shared/errors.ts';

/**
 * Networks whose published code can be run, with a file by which a checkout of it is known. PVDNet looks for motion down
 * to 1/32 of a frame, and of a row of one pixel there it divides by zero.
 */
const CHECKOUTS = [
  {
    ...{ network: 'cdvd-tsp', title: 'CDVD-TSP', file: 'code/model/cdvd_tsp.py' },
    ...{ stages: [2], sizes: ['paper'], smallest: 8 },
  },
  {
    ...{ network: 'erdn', title: 'ERDN', file: 'model/erdn.py' },
    ...{ stages: [1, 2], sizes: ['paper'], smallest: 8 },
  },
  {
    ...{ network: 'pvdnet', title: 'PVDNet', file: 'models/archs/PVDNet.py' },
    ...{ stages: [1], sizes: ['medium', 'large'], smallest: 64 },
  },
] as const;

/** Characters that are shown of one line of what the published code says. */
const LONGEST = 500;
/** Lines that are shown of it. */
const LINES = 3;

export interface PublishedCheckout {
  readonly folder: string;
  readonly network: string;
  readonly title: string;
  /** The numbers of stages that its code can be run with; the last one is the usual. */
  readonly stages: readonly number[];
  /** The sizes that it has; the first one is the usual. */
  readonly sizes: readonly string[];
  /** Pixels that a frame's sides have at least where its code gives a result that means something. */
  readonly smallest: number;
}

/** @throws AcutanceError `input-unreadable` for no folder, `input-unsupported` for no checkout of known code. */
export function recogniseCheckout(folder: string): PublishedCheckout {
  const status = statSync(folder, { throwIfNoEntry: false });
  if (!status?.isDirectory()) {
    const what = status ? 'is a file, not a folder' : 'does not exist';
    throw new AcutanceError('input-unreadable', `"${folder}" ${what}.`, {
      hint: 'Give the folder of a clone of the published code.',
    });
  }
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
  const outcome = await runProgram(run.python, args, signal);
  const answer = parseAnswer(outcome.stdout.trimEnd().split('\n').at(-1) ?? '');
  if (!answer) throw withoutAnswer(run, outcome);
  if ('seconds' in answer) return answer;
  throw new AcutanceError('input-unreadable', shorten(answer.message), { hint: shorten(answer.hint) });
}

function withoutAnswer({ python, checkout }: PublishedRun, outcome: ProgramOutcome): AcutanceError {
  const { stderr, code, signal } = outcome;
  if (code === 0) {
    return new AcutanceError('input-unreadable', `"${python}" gave no answer.`, {
      hint: 'Name a Python that has PyTorch with --python.',
    });
  }
  const ran = `The published code of ${checkout.title}`;
  if (signal !== null) {
    return new AcutanceError('input-unreadable', `${ran} was ended by ${signal}.`, {
      hint: 'Memory may have run out: a smaller --width and --height, or fewer --frames, need less.',
    });
  }
  // A traceback's indented lines are of no use to those who did not write the code.
  const lines = stderr.split('\n').filter((line) => /^\S/.test(line));
  const said = lines.slice(-LINES).map(shorten).join('\n');
  return new AcutanceError(
    'input-unreadable',
    `${ran} ended with exit code ${code}${said === '' ? ' and said nothing.' : `:\n${said}`}`,
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
  /** Null where a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

function runProgram(program: string, args: readonly string[], abort: AbortSignal): Promise<ProgramOutcome> {
  return new Promise((resolve, reject) => {
    // Bytecode would be written into the checkout.
    const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' };
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], signal: abort, env });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', (thrown) => reject(abort.aborted ? cancelled() : cannotStart(program, thrown)));
    child.on('close', (code, signal) =>
      abort.aborted ? reject(cancelled()) : resolve({ stdout, stderr, code, signal }),
    );
  });
}

function cancelled(): AcutanceError {
  return new AcutanceError('cancelled', 'Cancelled.');
}

function cannotStart(program: string, thrown: NodeJS.ErrnoException): AcutanceError {
  const messages: Readonly<Record<string, string>> = {
    ENOENT: `There is no program "${program}".`,
    EACCES: `"${program}" may not be run.`,
  };
  const message = messages[thrown.code ?? ''] ?? `"${program}" can't be started (${thrown.code}).`;
  return new AcutanceError('input-unreadable', message, {
    hint: 'Name a Python that has PyTorch with --python.',
    cause: thrown,
  });
}

const ANSWER = z.union([
  z.object({ seconds: z.array(z.number()), torch: z.string(), threads: z.number() }),
  z.object({ message: z.string(), hint: z.string() }),
]);

function parseAnswer(line: string): z.infer<typeof ANSWER> | undefined {
  try {
    return ANSWER.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
