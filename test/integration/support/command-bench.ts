import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeSafetensors } from '../../../src/networks/checkpoints/safetensors-writer.ts';
import type { Network, NetworkOptions } from '../../../src/networks/network.ts';
import { decodeNpy, encodeNpy } from '../../../src/shared/npy.ts';
import type { Tensor } from '../../../src/shared/tensor.ts';
import { madeUpWeights, movingPattern } from '../../unit/inference/support/made-up-weights.ts';
import { runCommand, type Outcome } from './command-line.ts';

/** A folder to run commands in, where no weights are imported yet. */
export class CommandBench {
  readonly folder = mkdtempSync(join(tmpdir(), 'acutance-command-'));

  run(...args: string[]): Promise<Outcome> {
    return runCommand(args, { cwd: this.folder, env: { ACUTANCE_DATA_DIR: this.path('data') } });
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Writes tensors by their names as a `.safetensors` file. */
  writeWeights(file: string, tensors: Iterable<readonly [name: string, tensor: Tensor]>): void {
    writeFileSync(this.path(file), encodeSafetensors(new Map(tensors)));
  }

  /** Writes made-up weights of the lite size, with names as they are in a checkpoint of many GPUs. */
  writeMadeUpWeights(file: string, network: Network, options: NetworkOptions = {}): void {
    const values = madeUpWeights(network, 'lite', options);
    const parameters = network.parameters('lite', options);
    this.writeWeights(
      file,
      parameters.map(({ name, dims }) => [`module.${name}`, { dims, data: values(name) }] as const),
    );
  }

  /** Writes frames of a moving pattern; `dims` are N, 3, H and W. */
  writeMovingPattern(file: string, dims: readonly [number, 3, number, number]): void {
    const [frames, , height, width] = dims;
    const data = Float32Array.from(movingPattern(frames, height, width).flatMap((frame) => [...frame]));
    this.writeArray(file, { data, dims });
  }

  writeArray(file: string, tensor: Tensor): void {
    writeFileSync(this.path(file), encodeNpy(tensor));
  }

  /** Reads an array of float32. */
  readArray(file: string): Tensor {
    const { data, dims } = decodeNpy(readFileSync(this.path(file)), file);
    return { data: data as Float32Array, dims };
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
