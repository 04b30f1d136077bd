import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { NetworkId, NetworkProgram, NetworkSize } from '../../../src/networks/network.ts';

const PROGRAM = join(import.meta.dirname, 'network-run-main.ts');

export interface NetworkRunRequest {
  readonly network: NetworkId;
  readonly size: NetworkSize;
  readonly stages: number;
  readonly height: number;
  readonly width: number;
  /** Path of a weight file. */
  readonly weights: string;
  /** Frames are measured until this time is over, at least one. */
  readonly seconds: number;
  /**
   * Whether what leads to the first result is computed too. If not, the measured runs are the first of their graphs, which
   * matters little to those that take seconds.
   */
  readonly warmsUp: boolean;
  /** Has every graph's profile written to a file that begins so. */
  readonly profilePrefix?: string;
}

export interface MeasuredRun {
  /** Wall time of a frame in the middle of a clip. */
  readonly secondsPerFrame: number;
  /** As counted meanwhile. */
  readonly runsPerFrame: Readonly<Partial<Record<NetworkProgram, number>>>;
  /** What `reconstruct` is given, in pixels. */
  readonly tile: { readonly height: number; readonly width: number };
  /** Of the whole process. */
  readonly peakBytes: number;
}

/** A frame that the memory is not enough for is refused, with a reason. */
export type NetworkRun = MeasuredRun | { readonly refusal: string };

/** Runs a network in a process of its own. @throws Error with what that printed, when it fails */
export async function runNetwork(request: NetworkRunRequest): Promise<NetworkRun> {
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, JSON.stringify(request)]);
  return JSON.parse(stdout) as NetworkRun;
}
