import { FRAME_HEIGHT_HEADER, FRAME_WIDTH_HEADER } from '../../shared/api/endpoints.ts';
import { LOOK_PART_HEADER, LOOK_SCALE_HEADER } from '../../shared/api/look.ts';
import { AcutanceError } from '../../shared/errors.ts';
import { FOR_EVER, isKnown } from './conditional.ts';
import type { HandlersOf } from './mount.ts';
import type { Services } from './services.ts';

/** What networks show of frames. An address names its content, so that it may be kept for ever. */
export function lookRoutes({ clips, looks }: Services): HandlersOf<'look'> {
  return {
    look: async ({ params, query, request, signal }) => {
      const { recipe, look, index } = params;
      const clip = await clips.forRendering(params.clip, signal);
      const etag = `"${[params.clip, recipe, look, index, query.part ?? 'first'].join('-')}"`;
      const headers = { etag, 'cache-control': FOR_EVER };
      if (isKnown(request, etag)) return new Response(null, { status: 304, headers });
      const parts = await looks.look(clip, { recipe, look, frame: index, signal });
      const part = parts.find(({ label }) => label === query.part) ?? parts[0];
      if (part === undefined) throw new AcutanceError('internal', `The look "${look}" shows nothing.`);
      return new Response(part.png, {
        headers: {
          ...headers,
          'content-type': 'image/png',
          'content-length': String(part.png.byteLength),
          [FRAME_WIDTH_HEADER]: String(part.width),
          [FRAME_HEIGHT_HEADER]: String(part.height),
          [LOOK_SCALE_HEADER]: String(part.fullScale),
          [LOOK_PART_HEADER]: part.label,
        },
      });
    },
  };
}
