import type { ServerEvent } from '../../shared/api/events.ts';
import { JobEventPacer } from './job-event-pacer.ts';

export interface EventLogOptions {
  /** Differs after every start of the program; letters and digits. */
  readonly launch: string;
  /** How many events are kept for pages that come back. */
  readonly capacity?: number;
  readonly heartbeatMs?: number;
  /** What every page has to know that starts anew; sent after `reset`. */
  readonly standing?: () => readonly ServerEvent[];
}

const CAPACITY = 2000;
const HEARTBEAT_MS = 15_000;
/** How long a page waits before it connects again. */
const RETRY_MS = 1000;
/** Events are sent together up to about this many characters. */
const CHUNK = 2 ** 16;

/**
 * What happened in this launch, for any number of pages. Each reads at its own pace from the one log and holds nothing
 * but its place in it; a page that falls behind the oldest event kept is dropped, and starts anew when it comes back.
 */
export class EventLog {
  readonly #launch: string;
  readonly #capacity: number;
  readonly #heartbeatMs: number;
  readonly #standing: () => readonly ServerEvent[];
  readonly #readers = new Set<EventReader>();
  readonly #pacer = new JobEventPacer((job) => this.#append({ type: 'job', job }));
  /** As sent; the last one has the number `#last`. */
  readonly #entries: string[] = [];
  #last = 0;
  #disposed = false;

  constructor({ launch, capacity, heartbeatMs, standing }: EventLogOptions) {
    this.#launch = launch;
    this.#capacity = capacity ?? CAPACITY;
    this.#heartbeatMs = heartbeatMs ?? HEARTBEAT_MS;
    this.#standing = standing ?? (() => []);
  }

  /** How many pages are listening. */
  get readers(): number {
    return this.#readers.size;
  }

  /** Tells every page. Snapshots of a running job are thinned out; the last one always arrives. */
  emit(event: ServerEvent): void {
    if (this.#disposed) return;
    if (event.type === 'job') this.#pacer.add(event.job);
    else {
      if (event.type === 'job-removed') this.#pacer.forget(event.job);
      this.#append(event);
    }
  }

  /**
   * A stream of server-sent events, without end until it is cancelled, the signal aborted, or the log disposed of.
   *
   * @param after - id of the last event that the page saw; unknown or absent, the stream begins with a `reset`.
   */
  stream(after: string | undefined, signal?: AbortSignal): ReadableStream<Uint8Array> {
    const known = this.#numberOf(after);
    const reader = new EventReader({
      position: known ?? this.#last,
      opening: `retry: ${RETRY_MS}\n\n${known === undefined ? this.#resetText() : ''}`,
      heartbeatMs: this.#heartbeatMs,
      read: (position) => this.#read(position),
      onEnd: () => this.#readers.delete(reader),
      signal,
    });
    this.#readers.add(reader);
    if (this.#disposed || signal?.aborted) reader.end();
    return reader.stream;
  }

  dispose(): void {
    this.#disposed = true;
    this.#pacer.dispose();
    for (const reader of [...this.#readers]) reader.end();
  }

  #append(event: ServerEvent): void {
    this.#last++;
    this.#entries.push(this.#format(event));
    if (this.#entries.length > this.#capacity) this.#entries.shift();
    for (const reader of [...this.#readers]) {
      if (reader.position < this.#last - this.#entries.length) reader.end();
      else reader.wake();
    }
  }

  #read(position: number): { readonly text: string; readonly position: number } {
    let text = '';
    let next = position;
    while (next < this.#last && text.length < CHUNK) {
      text += this.#entries[this.#entries.length - (this.#last - next)] ?? '';
      next++;
    }
    return { text, position: next };
  }

  #numberOf(id: string | undefined): number | undefined {
    const [launch, digits = '', ...more] = id?.split(':') ?? [];
    if (launch !== this.#launch || more.length > 0 || !/^\d{1,15}$/.test(digits)) return undefined;
    const number = Number(digits);
    return number >= this.#last - this.#entries.length && number <= this.#last ? number : undefined;
  }

  #resetText(): string {
    const events: ServerEvent[] = [{ type: 'reset', launch: this.#launch }, ...this.#standing()];
    return events.map((event) => this.#format(event)).join('');
  }

  /** Every event is of the default type, so that one listener gets them all; JSON text holds no line break. */
  #format(event: ServerEvent): string {
    return `id: ${this.#launch}:${this.#last}\ndata: ${JSON.stringify(event)}\n\n`;
  }
}

interface ReaderOptions {
  readonly position: number;
  readonly opening: string;
  readonly heartbeatMs: number;
  readonly read: (position: number) => { readonly text: string; readonly position: number };
  readonly onEnd: () => void;
  readonly signal: AbortSignal | undefined;
}

/** One page's place in the log. Text is made only when the page takes it. */
class EventReader {
  readonly stream: ReadableStream<Uint8Array>;
  position: number;
  readonly #options: ReaderOptions;
  readonly #heartbeat: NodeJS.Timeout;
  readonly #encoder = new TextEncoder();
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #pending: string;
  #waiting: (() => void) | undefined;
  #ended = false;

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.position = options.position;
    this.#pending = options.opening;
    this.stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => void (this.#controller = controller),
        pull: () => this.#pull(),
        cancel: () => this.#release(),
      },
      { highWaterMark: 0 },
    );
    this.#heartbeat = setInterval(() => {
      if (this.#pending === '') this.#pending = ': still here\n\n';
      this.wake();
    }, options.heartbeatMs);
    this.#heartbeat.unref();
    options.signal?.addEventListener('abort', this.end, { once: true });
  }

  wake(): void {
    this.#waiting?.();
  }

  readonly end = (): void => {
    if (this.#ended) return;
    this.#release();
    this.#controller?.close();
  };

  #release(): void {
    this.#ended = true;
    clearInterval(this.#heartbeat);
    this.#options.signal?.removeEventListener('abort', this.end);
    this.#options.onEnd();
    this.wake();
  }

  async #pull(): Promise<void> {
    while (!this.#ended) {
      const { text, position } = this.#options.read(this.position);
      const chunk = this.#pending + text;
      if (chunk !== '') {
        this.#pending = '';
        this.position = position;
        this.#controller?.enqueue(this.#encoder.encode(chunk));
        return;
      }
      await new Promise<void>((resolve) => (this.#waiting = resolve));
      this.#waiting = undefined;
    }
  }
}
