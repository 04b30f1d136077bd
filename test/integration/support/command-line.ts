import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { networks } from '../../../src/networks/catalogue.ts';
import { encodeSafetensors } from '../../../src/networks/checkpoints/safetensors-writer.ts';
import { elementCount } from '../../../src/shared/tensor.ts';
import { fillTensor } from '../../fixtures/fill.ts';

const PROGRAM = fileURLToPath(new URL('../../../src/main/hosts/cli.ts', import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running command line. */
export interface RunningCommand {
  readonly child: ChildProcess;
  readonly stdout: Readable;
  readonly outcome: Promise<Outcome>;
  /** What it has said so far. */
  said(): string;
}

export interface StartOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The program to run, by default the sources. */
  readonly program?: string;
}

/** Starts the real program in a process of its own. */
export function startCommand(
  args: readonly string[],
  { cwd, env, program = PROGRAM }: StartOptions = {},
): RunningCommand {
  const child = spawn(process.execPath, [program, ...args], {
    cwd,
    env: { ...process.env, ...env },
    // As from the launcher: a channel that is never written to.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  if (!child.stdout || !child.stderr) throw new Error('The command has no output.');
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const outcome = Promise.all([
    once(child, 'exit'),
    once(child.stdout, 'close'),
    once(child.stderr, 'close'),
  ]).then(() => ({ code: child.exitCode, signal: child.signalCode, stdout, stderr }));
  return { child, stdout: child.stdout, outcome, said: () => stdout + stderr };
}

export function runCommand(args: readonly string[], options?: StartOptions): Promise<Outcome> {
  return startCommand(args, options).outcome;
}

/** The objects that `--json` wrote. */
export function parseEvents(stdout: string): Record<string, unknown>[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

export async function waitUntil(condition: () => boolean, milliseconds = 60_000): Promise<void> {
  const end = performance.now() + milliseconds;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`Nothing happened within ${milliseconds} ms.`);
    await sleep(20);
  }
}

/** Whether a process still runs; a dead one that its new parent has not collected yet does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const status = `/proc/${pid}/status`;
  return !existsSync(status) || !/^State:\s*Z/m.test(readFileSync(status, 'utf8'));
}

/** The process ids of the direct children of a process (Linux). */
export function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return text === '' ? [] : text.split(' ').map(Number);
}

/** Makes a clip with ffmpeg from one of its sources, such as `testsrc2=size=64x48:rate=25`. */
export function makeClip(path: string, source: string, ...options: string[]): string {
  execFileSync('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', source, ...options, path]);
  return path;
}

/** Made-up weights of the lite size in a new file: noise, but of the right shapes and of a sane scale. */
export function makeLiteWeights(): string {
  const path = join(mkdtempSync(join(tmpdir(), 'acutance-weights-')), 'lite.safetensors');
  const [network] = networks;
  const tensors = (network?.parameters('lite') ?? []).map(({ name, dims }) => {
    const fanIn = Math.max(1, elementCount(dims.slice(1)));
    const bound = dims.length > 1 ? 0.5 * Math.sqrt(3 / fanIn) : 0.05;
    return [
      name,
      { dims, data: fillTensor({ name, shape: dims, kind: 'fill', bound }, 'command-line') },
    ] as const;
  });
  writeFileSync(path, encodeSafetensors(new Map(tensors)));
  return path;
}

/** What ffprobe says about the frames of a clip's picture: timestamps in seconds, as text. */
export function frameTimes(path: string): string[] {
  const entries = ['-show_entries', 'frame=pts_time', '-of', 'csv=p=0'];
  const text = execFileSync('ffprobe', ['-v', 'error', '-select_streams', 'v:0', ...entries, path], {
    encoding: 'utf8',
  });
  return (
    text
      .trim()
      .split('\n')
      .map((line) => line.split(',')[0] ?? '')
      // Frames with side data are followed by an empty line.
      .filter((time) => time !== '')
  );
}

/** A hash of every decoded frame, by ffmpeg. */
export function frameHashes(path: string): string[] {
  const text = execFileSync(
    'ffmpeg',
    ['-v', 'error', '-i', path, '-map', '0:v:0', '-fps_mode', 'passthrough', '-f', 'framemd5', '-'],
    {
      encoding: 'utf8',
    },
  );
  return text
    .trim()
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .map((line) => line.split(',').at(-1)?.trim() ?? '');
}
