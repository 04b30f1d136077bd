/** What the benches work on: clips, frames and weights, made anew in a folder of their own. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cdvdTsp } from '../../../src/networks/archs/cdvd-tsp/cdvd-tsp.ts';
import type { Network, NetworkSize } from '../../../src/networks/network.ts';
import { encodeSafetensors } from '../../../src/networks/checkpoints/safetensors-writer.ts';
import { encodeNpy } from '../../../src/shared/npy.ts';
import { madeUpWeights, movingPattern } from '../../unit/inference/support/made-up-weights.ts';

/** Made-up weights: how long a network takes does not depend on what it learned. */
export function writeWeights(folder: string, size: NetworkSize, network: Network = cdvdTsp): string {
  const values = madeUpWeights(network, size, network.options);
  const tensors = network
    .parameters(size, network.options)
    .map(({ name, dims }) => [name, { dims, data: calmed(name, values(name)) }] as const);
  return write(join(folder, `${network.id}-${size}.safetensors`), encodeSafetensors(new Map(tensors)));
}

/**
 * A recurrent network works on its own results: with made-up weights these grow from frame to frame, and are no numbers
 * after twenty. Hardly any correction comes of the same work with a last layer that is nearly zero.
 */
function calmed(name: string, values: Float32Array): Float32Array {
  return name.startsWith('PVDNet.end.') ? values.map((value) => value / 100) : values;
}

export function writeFrames(folder: string, count: number, height: number, width: number): string {
  const frames = movingPattern(count, height, width);
  const data = new Float32Array(count * 3 * height * width);
  for (const [index, frame] of frames.entries()) data.set(frame, index * frame.length);
  const path = join(folder, `${count}x${height}x${width}.npy`);
  return write(path, encodeNpy({ data, dims: [count, 3, height, width] }));
}

/** A clip of ffmpeg's moving test picture. */
export function writeClip(folder: string, frames: number, height: number, width: number): string {
  const path = join(folder, `${frames}x${height}x${width}.mp4`);
  const source = `testsrc2=size=${width}x${height}:rate=25`;
  const encoding = [
    '-frames:v',
    String(frames),
    '-pix_fmt',
    'yuv420p',
    '-c:v',
    'libx264',
    '-preset',
    'veryfast',
  ];
  execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', source, ...encoding, path]);
  return path;
}

function write(path: string, bytes: Uint8Array): string {
  writeFileSync(path, bytes);
  return path;
}
