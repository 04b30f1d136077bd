import type { HandlersOf } from './mount.ts';
import type { Services } from './services.ts';

/** Who answers, and what happens. */
export function sessionRoutes({ facts, store, access, events }: Services): HandlersOf<'session' | 'events'> {
  return {
    session: async () => {
      const { openPath: given, ...session } = facts;
      const [last] = store.recent(1);
      const openPath =
        given ??
        (last &&
          (await access.file(last.path).then(
            () => last.path,
            () => undefined,
          )));
      return { ...session, firstStart: last === undefined, ...(openPath === undefined ? {} : { openPath }) };
    },
    events: ({ request, query, signal }) =>
      new Response(events.stream(request.headers.get('last-event-id') ?? query.after, signal), {
        headers: { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' },
      }),
  };
}
