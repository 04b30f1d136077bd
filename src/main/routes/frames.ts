import type { z } from 'zod';
import {
  FRAME_HEIGHT_HEADER,
  FRAME_WIDTH_HEADER,
  PACKED_FRAME_TYPE,
  RAW_FRAME_TYPE,
  type Endpoints,
} from '../../shared/api/endpoints.ts';
import { AcutanceError } from '../../shared/errors.ts';
import { FOR_EVER, isKnown } from './conditional.ts';
import type { HandlersOf } from './mount.ts';
import type { Image, Services } from './services.ts';

type FrameQuery = z.output<Endpoints['frame' | 'restoredFrame']['query']>;

const TYPES: Readonly<Record<FrameQuery['format'], string>> = {
  raw: RAW_FRAME_TYPE,
  packed: PACKED_FRAME_TYPE,
  png: 'image/png',
  jpeg: 'image/jpeg',
};

/** Pictures by addresses that name their content, so that they may be kept for ever. */
export function frameRoutes({ clips, media, render }: Services): HandlersOf<'frame' | 'restoredFrame'> {
  return {
    frame: async ({ params, query, request, signal }) => {
      const etag = etagOf([params.clip, params.index], query);
      const { path } = await clips.locate(params.clip);
      if (isKnown(request, etag)) return notModified(etag);
      const image = await media
        .frame(path, params.index, { format: query.format, maxWidth: query.width, signal })
        .catch((thrown: unknown) => {
          throw noSuchFrame(thrown);
        });
      return imageResponse(image, query, etag);
    },
    restoredFrame: async ({ params, query, request, signal }) => {
      const { clip, recipe, index } = params;
      const etag = etagOf([clip, recipe, index], query);
      if (isKnown(request, etag)) return notModified(etag);
      const image = await render.restoredFrame(clip, recipe, index, {
        format: query.format,
        maxWidth: query.width,
        signal,
      });
      if (image) return imageResponse(image, query, etag);
      throw new AcutanceError('frame-not-rendered', `Frame ${index} is not rendered yet.`, {
        hint: 'Deblur a range that holds it.',
      });
    },
  };
}

function etagOf(content: readonly (string | number)[], { format, width }: FrameQuery): string {
  return `"${[...content, format, width ?? 'full'].join('-')}"`;
}

function notModified(etag: string): Response {
  return new Response(null, { status: 304, headers: { etag, 'cache-control': FOR_EVER } });
}

function imageResponse(image: Image, { format }: FrameQuery, etag: string): Response {
  return new Response(image.bytes, {
    headers: {
      'content-type': TYPES[format],
      'content-length': String(image.bytes.byteLength),
      [FRAME_WIDTH_HEADER]: String(image.width),
      [FRAME_HEIGHT_HEADER]: String(image.height),
      etag,
      'cache-control': FOR_EVER,
    },
  });
}

/** A number beyond the last frame is an address where nothing is. */
function noSuchFrame(thrown: unknown): unknown {
  if (!(thrown instanceof AcutanceError) || thrown.code !== 'usage') return thrown;
  return new AcutanceError(
    'not-found',
    thrown.message,
    thrown.hint === undefined ? {} : { hint: thrown.hint },
  );
}
