import type { ServerEvent } from '../../../../src/shared/api/events.ts';
import { type FakeApp, readerOf } from './fake-services.ts';

/** The id of a clip that was never opened. */
export const UNKNOWN = '0'.repeat(32);
/** Settings as a page sends them. */
export const DEBLUR = { network: 'cdvd-tsp', size: 'lite', stages: 2, device: 'cpu' };

/** The first event of a stream that goes on after `after`. */
export async function eventAfter(app: FakeApp, after: string): Promise<ServerEvent> {
  const response = await app.fetch(`/api/events?after=${after}`);
  const reader = readerOf(response);
  const { value } = await reader.read();
  await reader.cancel();
  const [, json = 'null'] = /^data: (.*)$/m.exec(new TextDecoder().decode(value)) ?? [];
  return JSON.parse(json) as ServerEvent;
}
