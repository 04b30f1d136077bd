import { endpoints } from '../../shared/api/endpoints.ts';
import { serverEventSchema, type ServerEvent } from '../../shared/api/events.ts';
import { addressOf } from './client.ts';

export type Connection = 'connecting' | 'connected' | 'reconnecting';

export interface EventListeners {
  readonly onEvent: (event: ServerEvent) => void;
  readonly onConnection: (connection: Connection) => void;
}

/** Where events come from. */
export interface EventSourceOfPage {
  open(listeners: EventListeners): void;
  close(): void;
}

/** What is used of the browser's `EventSource`. */
export interface EventSourceLike {
  readonly readyState: number;
  close(): void;
  addEventListener(type: string, listener: (event: Event) => void): void;
}

const CLOSED = 2;
const FIRST_DELAY = 500;
const LONGEST_DELAY = 5000;

/** Events may be sent under their type's name or without one. */
const EVENT_NAMES = ['message', ...serverEventSchema.options.map((option) => option.shape.type.value)];

/**
 * The events of the server. The browser resumes a broken stream by itself where it may (`Last-Event-ID`); where it has
 * given up, because the server answered with an error, the stream is opened anew after a while from where it stopped.
 */
export class EventStream implements EventSourceOfPage {
  readonly #connect: (address: string) => EventSourceLike;
  #listeners: EventListeners | undefined;
  #source: EventSourceLike | undefined;
  #lastId: string | undefined;
  #delay = FIRST_DELAY;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(connect: (address: string) => EventSourceLike = (address) => new EventSource(address)) {
    this.#connect = connect;
  }

  open(listeners: EventListeners): void {
    this.#listeners = listeners;
    this.#start();
  }

  close(): void {
    this.#listeners = undefined;
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = undefined;
  }

  #start(): void {
    const after = this.#lastId;
    const source = this.#connect(
      addressOf(endpoints.events, after === undefined ? {} : { query: { after } }),
    );
    this.#source = source;
    source.addEventListener('open', () => {
      this.#delay = FIRST_DELAY;
      this.#listeners?.onConnection('connected');
    });
    source.addEventListener('error', () => this.#onError(source));
    for (const name of EVENT_NAMES) {
      source.addEventListener(name, (message) => this.#onMessage(message as MessageEvent<unknown>));
    }
  }

  #onError(source: EventSourceLike): void {
    if (source !== this.#source) return;
    this.#listeners?.onConnection('reconnecting');
    if (source.readyState !== CLOSED) return;
    this.#timer = setTimeout(() => this.#start(), this.#delay);
    this.#delay = Math.min(LONGEST_DELAY, this.#delay * 2);
  }

  #onMessage(message: MessageEvent<unknown>): void {
    // A stream that opens is an event named `open` too, without data.
    if (typeof message.data !== 'string') return;
    if (message.lastEventId !== '') this.#lastId = message.lastEventId;
    const event = readEvent(message.data);
    if (event) this.#listeners?.onEvent(event);
  }
}

/** An event, or undefined for one that this page does not know: a newer server may tell of more. */
function readEvent(data: string): ServerEvent | undefined {
  try {
    return serverEventSchema.safeParse(JSON.parse(data)).data;
  } catch {
    return undefined;
  }
}
