import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { startCommand, type RunningCommand, type StartOptions } from './command-line.ts';

export interface Asking extends RequestInit {
  readonly headers?: Readonly<Record<string, string>>;
}

/** A running `acutance serve` and a browser that was let in. */
export interface Served {
  readonly command: RunningCommand;
  readonly address: string;
  readonly origin: string;
  readonly cookie: string;
  /** A request with the key. */
  ask(path: string, init?: Asking): Promise<Response>;
}

/** Starts `acutance serve` without a browser and waits until it says where it is. */
export async function startServed(args: readonly string[], options: StartOptions = {}): Promise<Served> {
  const command = startCommand(['serve', '--no-open', '--json', ...args], options);
  const [line] = (await Promise.race([once(command.stdout, 'data'), command.outcome.then(() => [''])])) as [
    string,
  ];
  if (line === '') throw new Error(`The server did not start: ${command.said()}`);
  const { address } = JSON.parse(line) as { address: string };
  const response = await fetch(address, { redirect: 'manual' });
  const cookie = (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const { origin } = new URL(address);
  return {
    command,
    address,
    origin,
    cookie,
    ask: (path, init = {}) => fetch(origin + path, { ...init, headers: { cookie, ...init.headers } }),
  };
}

/** Sends a signal and waits for the end, which comes by itself before any test has lost its patience. @returns the code. */
export async function stopServed({ command }: Served, signal: NodeJS.Signals = 'SIGINT') {
  command.child.kill(signal);
  return (await command.outcome).code;
}

/** The events of a stream until one meets the condition. */
export async function readEvents(
  response: Response,
  isLast: (event: Record<string, unknown>) => boolean,
): Promise<{ id: string; event: Record<string, unknown> }[]> {
  const found: { id: string; event: Record<string, unknown> }[] = [];
  let text = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const id = /^id: (.*)$/m.exec(block)?.[1];
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (id === undefined || data === undefined) continue;
      const event = JSON.parse(data) as Record<string, unknown>;
      found.push({ id, event });
      if (isLast(event)) return found;
    }
  }
  return found;
}

/** Asks again until the answer is as wanted; for what a server brings about in its own time. */
export async function eventually<T>(
  ask: () => Promise<T>,
  isEnough: (value: T) => boolean,
  pauseMs = 50,
): Promise<T> {
  const end = performance.now() + 60_000;
  for (;;) {
    const value = await ask();
    if (isEnough(value)) return value;
    if (performance.now() > end) throw new Error(`It stays ${JSON.stringify(value)}.`);
    await sleep(pauseMs);
  }
}
