import type { FileAccess } from '../render/file-access.ts';
import type { HandlersOf } from './mount.ts';
import type { Services } from './services.ts';

/** Who answers, and what happens. */
export function sessionRoutes({
  facts,
  firstClip,
  store,
  access,
  events,
}: Services): HandlersOf<'session' | 'events'> {
  return {
    session: async () => {
      const [last] = store.recent(1);
      const openPath = firstClip.path ?? (last && (await availablePath(access, last.path)));
      return { ...facts, firstStart: last === undefined, ...(openPath === undefined ? {} : { openPath }) };
    },
    events: ({ request, query, signal }) =>
      new Response(events.stream(request.headers.get('last-event-id') ?? query.after, signal), {
        headers: { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' },
      }),
  };
}

function availablePath(access: FileAccess, path: string): Promise<string | undefined> {
  return access.file(path).then(
    () => path,
    () => undefined,
  );
}
