import { MAX_UPLOAD_BYTES } from '../../shared/api/weights.ts';
import { tooLong } from '../render/weight-uploads.ts';
import type { HandlersOf } from './mount.ts';
import type { Services } from './services.ts';

/** Importing and removing weights. */
export function weightRoutes({
  weights,
}: Services): HandlersOf<
  'importedWeights' | 'uploadWeights' | 'discardUpload' | 'importWeights' | 'removeWeights'
> {
  return {
    importedWeights: () => weights.describe(),
    uploadWeights: async ({ request, query }) => {
      const length = Number(request.headers.get('content-length') ?? 0);
      if (length > MAX_UPLOAD_BYTES) throw tooLong(query.name, MAX_UPLOAD_BYTES);
      const { id, bytes } = await weights.receive(query.name, request.body);
      return { upload: id, bytes };
    },
    discardUpload: async ({ params }) => {
      await weights.discard(params.upload);
      return undefined;
    },
    importWeights: ({ body, signal }) => weights.import(body, signal),
    removeWeights: async ({ params }) => {
      await weights.remove(params.hash);
      return undefined;
    },
  };
}
