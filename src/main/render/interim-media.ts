import { randomUUID } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PictureFormat } from '../../shared/engine-protocol.ts';
import type { ReadClip } from './clip-library.ts';
import type { EngineClient } from './engine-client.ts';

/** Stands in until the frame service is there. */
export class InterimMedia {
  readonly #engine: EngineClient;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(engine: EngineClient) {
    this.#engine = engine;
  }

  async read(input: string, { signal }: { readonly signal: AbortSignal }): Promise<ReadClip> {
    const { clip, index, notices } = await this.#next(() => this.#engine.run('index', { input }, { signal }));
    return { description: clip, index, notices, sound: undefined };
  }

  async frame(
    input: string,
    frame: number,
    options: { format: PictureFormat; maxWidth?: number | undefined; signal?: AbortSignal | undefined },
  ) {
    const transfer = join(tmpdir(), `acutance-${randomUUID()}`);
    await writeFile(transfer, '');
    try {
      const { format, maxWidth, signal } = options;
      const result = await this.#next(() =>
        this.#engine.run('frame', { input, frame, format, maxWidth, ahead: 0, transfer }, { signal }),
      );
      const { width, height, bytes } = result;
      return {
        width,
        height,
        bytes: typeof bytes === 'number' ? new Uint8Array(await readFile(transfer)) : bytes,
      };
    } finally {
      await rm(transfer, { force: true });
    }
  }

  soundBytes(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  readSound(): Promise<Uint8Array> {
    return Promise.resolve(new Uint8Array());
  }

  dispose(): Promise<void> {
    return this.#engine.dispose();
  }

  #next<Value>(work: () => Promise<Value>): Promise<Value> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}
