import { beforeEach, describe, expect, it, vi } from 'vitest';
import {
  EventStream,
  type Connection,
  type EventSourceLike,
} from '../../../../src/renderer/api/event-stream.ts';
import type { ServerEvent } from '../../../../src/shared/api/events.ts';

/** A browser's EventSource whose network is the test. */
class FakeSource extends EventTarget implements EventSourceLike {
  readyState = 0;
  readonly address: string;

  constructor(address: string) {
    super();
    this.address = address;
  }

  close(): void {
    this.readyState = 2;
  }

  opens(): void {
    this.readyState = 1;
    this.dispatchEvent(new Event('open'));
  }

  fails(state: 0 | 2): void {
    this.readyState = state;
    this.dispatchEvent(new Event('error'));
  }

  sends(data: unknown, id = '', name = 'message'): void {
    const text = typeof data === 'string' ? data : JSON.stringify(data);
    this.dispatchEvent(new MessageEvent(name, { data: text, lastEventId: id }));
  }
}

const RESET: ServerEvent = { type: 'reset', launch: 'a' };

describe('EventStream', () => {
  let sources: FakeSource[];
  let events: ServerEvent[];
  let connections: Connection[];
  let stream: EventStream;
  const last = () => sources.at(-1)!;

  beforeEach(() => {
    vi.useFakeTimers();
    sources = [];
    events = [];
    connections = [];
    stream = new EventStream((address) => {
      sources.push(new FakeSource(address));
      return last();
    });
    stream.open({
      onEvent: (event) => events.push(event),
      onConnection: (connection) => connections.push(connection),
    });
    return () => vi.useRealTimers();
  });

  it('hands out events, whether or not they come under their name', () => {
    last().opens();
    last().sends(RESET);
    last().sends({ type: 'open', path: '/a.mp4' }, 'a:1', 'open');
    expect(events).toEqual([RESET, { type: 'open', path: '/a.mp4' }]);
  });

  it.each(['not json', '{"type":"from the future"}', '{"type":"reset"}'])('leaves out %s', (data) => {
    last().sends(data);
    expect(events).toEqual([]);
  });

  it('lets the browser resume a broken stream by itself', () => {
    last().opens();
    last().fails(0);
    vi.advanceTimersByTime(60_000);
    expect(sources).toHaveLength(1);
    last().opens();
    expect(connections).toEqual(['connected', 'reconnecting', 'connected']);
  });

  it('opens a stream that the browser has given up from where it stopped', () => {
    last().opens();
    last().sends(RESET, 'a:7');
    last().fails(2);
    vi.advanceTimersByTime(500);
    expect(sources.map(({ address }) => address)).toEqual(['/api/events', '/api/events?after=a%3A7']);
  });

  it('asks less and less often while the server is away, and quickly again after it was there', () => {
    for (const wait of [500, 1000, 2000, 4000, 5000, 5000]) {
      const before = sources.length;
      last().fails(2);
      vi.advanceTimersByTime(wait - 1);
      expect(sources).toHaveLength(before);
      vi.advanceTimersByTime(1);
      expect(sources).toHaveLength(before + 1);
    }
    last().opens();
    last().fails(2);
    vi.advanceTimersByTime(500);
    expect(sources).toHaveLength(8);
  });

  it('is silent after it was closed', () => {
    last().fails(2);
    stream.close();
    vi.advanceTimersByTime(60_000);
    last().sends(RESET);
    expect(sources).toHaveLength(1);
    expect(events).toEqual([]);
  });
});
