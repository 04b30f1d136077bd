import { serverEventSchema, type ServerEvent } from '../../../shared/api/events.ts';

/**
 * The events of a stream of server-sent events, as far as they are known here.
 * @param body text in UTF-8, one event per paragraph; it is cancelled when the reader stops
 */
export async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  let data: string[] = [];
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split(/\r\n|\n/);
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line.startsWith('data:')) data.push(line.slice('data:'.length).replace(/^ /, ''));
      if (line !== '' || data.length === 0) continue;
      const event = serverEventSchema.safeParse(parsed(data.join('\n')));
      data = [];
      if (event.success) yield event.data;
    }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
