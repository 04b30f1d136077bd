import { FRAME_HEIGHT_HEADER, FRAME_WIDTH_HEADER, PACKED_FRAME_TYPE } from '../../shared/api/endpoints.ts';
import { AcutanceError } from '../../shared/errors.ts';
import { UnreachableError, problemFrom } from '../api/client.ts';
import type { FrameAnswer, FrameRequest } from './frame-messages.ts';
import workerAddress from './frame-worker.ts?worker&url';

/** Bitmaps of frames, fetched and made beside the page. */
export class FrameFetcher {
  readonly #worker = new Worker(ownScript(workerAddress), { type: 'module', name: 'frames' });
  readonly #waiting = new Map<number, PromiseWithResolvers<ImageBitmap>>();
  #lastId = 0;

  constructor() {
    this.#worker.addEventListener('message', (message: MessageEvent<FrameAnswer>) =>
      this.#take(message.data),
    );
    this.#worker.addEventListener('error', (event) => this.#fail(event.message));
  }

  /**
   * @returns a bitmap with exactly the served values; whoever gets it closes it
   * @throws AcutanceError as the typed client does, and the signal's reason when it is aborted
   */
  async fetch(address: string, signal: AbortSignal): Promise<ImageBitmap> {
    signal.throwIfAborted();
    const id = ++this.#lastId;
    const waiting = Promise.withResolvers<ImageBitmap>();
    this.#waiting.set(id, waiting);
    const callOff = () => {
      this.#post({ kind: 'call-off', id });
      this.#waiting.delete(id);
      waiting.reject(signal.reason as Error);
    };
    signal.addEventListener('abort', callOff, { once: true });
    this.#post({
      kind: 'fetch',
      id,
      address,
      packedType: PACKED_FRAME_TYPE,
      widthHeader: FRAME_WIDTH_HEADER,
      heightHeader: FRAME_HEIGHT_HEADER,
    });
    try {
      return await waiting.promise;
    } finally {
      signal.removeEventListener('abort', callOff);
    }
  }

  dispose(): void {
    this.#worker.terminate();
    this.#fail('The page is closing.');
  }

  #post(request: FrameRequest): void {
    this.#worker.postMessage(request);
  }

  #take(answer: FrameAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (answer.kind === 'bitmap') {
      if (waiting) waiting.resolve(answer.bitmap);
      else answer.bitmap.close();
    } else {
      waiting?.reject(errorOf(answer));
    }
  }

  #fail(message: string): void {
    for (const waiting of this.#waiting.values()) waiting.reject(new AcutanceError('internal', message));
    this.#waiting.clear();
  }
}

function errorOf(answer: Exclude<FrameAnswer, { kind: 'bitmap' }>): AcutanceError {
  switch (answer.kind) {
    case 'problem':
      return problemFrom(answer.body, answer.status);
    case 'unreachable':
      return new UnreachableError();
    case 'defect':
      return new AcutanceError('internal', answer.message);
  }
}

/** What is used of trusted types, which TypeScript's DOM does not have yet. */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL: (address: string) => string },
  ): { createScriptURL: (address: string) => string };
}

/** The page's policy lets a worker be started only from an address that was checked to be the page's own. */
function ownScript(address: string): string {
  const createScriptURL = (given: string) => {
    if (new URL(given, location.href).origin !== location.origin)
      throw new TypeError('Not a file of this page.');
    return given;
  };
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  return trustedTypes?.createPolicy('acutance', { createScriptURL }).createScriptURL(address) ?? address;
}
