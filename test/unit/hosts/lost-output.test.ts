import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { LostOutput } from '../../../src/main/hosts/cli/lost-output.ts';

/** A stream whose writes fail with an error, as far as one is given. */
class Stream extends EventEmitter {
  readonly #error: Error | undefined;

  constructor(error?: Error) {
    super();
    this.#error = error;
  }

  write(_text: string, done: () => void): void {
    if (this.#error) this.emit('error', this.#error);
    done();
  }
}

const failure = (code: string) => Object.assign(new Error(`write ${code}`), { code });

describe('results that could not be written', () => {
  it('are told when the disk is full, even by the last write', async () => {
    const lost = new LostOutput({ stdout: new Stream(failure('ENOSPC')), stderr: new Stream() });
    expect(lost.problem).toBeUndefined();
    await expect(lost.requireNone()).rejects.toMatchObject({
      code: 'disk-full',
      exitCode: 4,
      message: 'Writing to standard output: the disk is full.',
    });
    expect(lost.problem?.code).toBe('disk-full');
  });

  it('are told by their code where it is another', async () => {
    const lost = new LostOutput({ stdout: new Stream(failure('EIO')), stderr: new Stream() });
    await expect(lost.requireNone()).rejects.toMatchObject({
      code: 'output-unwritable',
      message: "Standard output can't be written (EIO).",
    });
  });

  it('are none where nobody wants them any more', async () => {
    const lost = new LostOutput({ stdout: new Stream(failure('EPIPE')), stderr: new Stream() });
    await expect(lost.requireNone()).resolves.toBeUndefined();
  });

  it('are none where only progress is lost, which ends nothing', async () => {
    const stderr = new Stream();
    const lost = new LostOutput({ stdout: new Stream(), stderr });
    stderr.emit('error', failure('ENOSPC'));
    await expect(lost.requireNone()).resolves.toBeUndefined();
  });
});
