import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = join(import.meta.dirname, '../../..');

/** The application behind its server host, with folders of its own that go when it goes. */
export class TestApplication {
  /** Holds `clips` (the only folder that may be opened), `data` and `cache`. */
  readonly folder: string;
  readonly port: number;
  /** Lets a browser in. */
  address = '';
  #process: ChildProcess | undefined;
  #errors = '';

  private constructor(folder: string, port: number) {
    this.folder = folder;
    this.port = port;
  }

  /**
   * @param clips - files to copy into the clip folder, by their path, or as `[path, name]`.
   * @param args - further arguments of `acutance serve`, given the clip folder.
   */
  static async start(
    clips: readonly (string | readonly [path: string, name: string])[] = [],
    args: readonly string[] | ((clipFolder: string) => readonly string[]) = [],
  ): Promise<TestApplication> {
    const folder = mkdtempSync(join(tmpdir(), 'acutance-e2e-'));
    const application = new TestApplication(folder, await freePort());
    mkdirSync(application.clipFolder);
    for (const clip of clips) {
      const [path, name] = typeof clip === 'string' ? [clip, basename(clip)] : clip;
      copyFileSync(path, join(application.clipFolder, name));
    }
    await application.launch(typeof args === 'function' ? args(application.clipFolder) : args);
    return application;
  }

  get clipFolder(): string {
    return join(this.folder, 'clips');
  }

  /** The process id of the server while it runs. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Starts the server; again after `halt`, on the same port and folders. */
  async launch(args: readonly string[] = []): Promise<void> {
    const server = spawn(
      process.execPath,
      [
        join(ROOT, 'bin/acutance.mjs'),
        ...['serve', ...args, '--no-open', '--json', '--port', String(this.port), '--root', this.clipFolder],
      ],
      {
        env: {
          ...process.env,
          ACUTANCE_DATA_DIR: join(this.folder, 'data'),
          ACUTANCE_CACHE_DIR: join(this.folder, 'cache'),
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    this.#process = server;
    this.#errors = '';
    server.stderr.setEncoding('utf8').on('data', (text: string) => (this.#errors += text));
    const lines = createInterface({ input: server.stdout });
    for await (const line of lines) {
      const message = JSON.parse(line) as { type?: string; address?: string };
      if (message.type !== 'serving' || message.address === undefined) continue;
      this.address = message.address;
      // The rest is of no interest, but must not fill the pipe.
      server.stdout.resume();
      return;
    }
    throw new Error(`The server ended before it was ready:\n${this.#errors}`);
  }

  /** Ends the server, politely or as a crash would; its folders stay. */
  async halt(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const server = this.#process;
    this.#process = undefined;
    if (server?.exitCode !== null || server.signalCode !== null) return;
    const gone = once(server, 'exit');
    server.kill(signal);
    await gone;
  }

  async stop(): Promise<void> {
    await this.halt();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  if (address === null || typeof address === 'string') throw new Error('No port was given.');
  return address.port;
}
