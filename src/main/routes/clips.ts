import { FOR_EVER, isKnown } from './conditional.ts';
import type { HandlersOf } from './mount.ts';
import type { Services } from './services.ts';

/** Clips, and what was chosen for them. */
export function clipRoutes({
  clips,
  events,
  firstClip,
}: Services): HandlersOf<'recentClips' | 'openClip' | 'clip' | 'chooseForClip' | 'frameTimes'> {
  return {
    recentClips: () => clips.recent(),
    openClip: async ({ body, signal }) => {
      const clip = await clips.open(body.path, signal);
      firstClip.opened();
      return clip;
    },
    clip: ({ params, signal }) => clips.clip(params.clip, signal),
    chooseForClip: ({ params, body }) => {
      const choices = clips.choose(params.clip, body);
      events.emit({ type: 'choices', clip: params.clip, choices });
      return choices;
    },
    frameTimes: async ({ params, request, signal }) => {
      const etag = `"${params.clip}-times"`;
      const headers = { etag, 'cache-control': FOR_EVER };
      const times = await clips.times(params.clip, signal);
      if (isKnown(request, etag)) return new Response(null, { status: 304, headers });
      return new Response(littleEndian(times), {
        headers: {
          ...headers,
          'content-type': 'application/octet-stream',
          'content-length': String(times.byteLength),
        },
      });
    },
  };
}

function littleEndian(values: Float64Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(values.byteLength));
  for (const [index, value] of values.entries()) view.setFloat64(8 * index, value, true);
  return new Uint8Array(view.buffer);
}
