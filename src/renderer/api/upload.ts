import { endpoints } from '../../shared/api/endpoints.ts';
import { uploadSchema } from '../../shared/api/weights.ts';
import { addressOf, problemFrom, UnreachableError } from './client.ts';

export interface UploadOptions {
  /** How much of it is sent, 0 to 1. */
  readonly onProgress: (fraction: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Sends a weight file and returns the id that it is imported by. */
export type Upload = (file: File, options: UploadOptions) => Promise<string>;

/**
 * Sends a weight file. `fetch` does not tell how far it is, so it is not used here.
 * @throws AcutanceError when it is refused, `UnreachableError` when nothing answers, an `AbortError` when aborted
 */
export const uploadWeights: Upload = (file, { onProgress, signal }) =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', addressOf(endpoints.uploadWeights, { query: { name: file.name.slice(-255) } }));
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.responseType = 'json';
    request.upload.onprogress = ({ loaded, total }) => onProgress(total === 0 ? 1 : loaded / total);
    request.onload = () => {
      const answer = uploadSchema.safeParse(request.response);
      if (request.status === 200 && answer.success) resolve(answer.data.upload);
      else reject(problemFrom(request.response, request.status));
    };
    request.onerror = () => reject(new UnreachableError());
    request.onabort = () => reject(new DOMException('Cancelled.', 'AbortError'));
    signal?.addEventListener('abort', () => request.abort(), { once: true });
    request.send(file);
  });
