/** Fetches frames and makes bitmaps of them, beside the page, which must never wait for millions of bytes. */
import { PictureUnpacker, type RgbaPicture } from '../../shared/picture/packed-picture.ts';
import type { FrameAnswer, FrameRequest } from './frame-messages.ts';

interface WorkerScope {
  postMessage(answer: FrameAnswer, transfer?: Transferable[]): void;
  addEventListener(type: 'message', listener: (message: MessageEvent<FrameRequest>) => void): void;
}
type FetchRequest = Extract<FrameRequest, { kind: 'fetch' }>;

const scope = globalThis as unknown as WorkerScope;
const unpacker = new PictureUnpacker();
const underWay = new Map<number, AbortController>();

scope.addEventListener('message', ({ data: request }) => {
  if (request.kind === 'call-off') underWay.get(request.id)?.abort();
  else void answer(request);
});

async function answer(request: FetchRequest): Promise<void> {
  const { id } = request;
  const aborter = new AbortController();
  underWay.set(id, aborter);
  try {
    const reply = await fetchFrame(request, aborter.signal);
    scope.postMessage(reply, reply.kind === 'bitmap' ? [reply.bitmap] : []);
  } catch (thrown) {
    // `fetch` throws a TypeError for every failure of the network.
    if (thrown instanceof TypeError) scope.postMessage({ kind: 'unreachable', id });
    else scope.postMessage({ kind: 'defect', id, message: String(thrown) });
  } finally {
    underWay.delete(id);
  }
}

async function fetchFrame(request: FetchRequest, signal: AbortSignal): Promise<FrameAnswer> {
  const { id, address, packedType } = request;
  // The page keeps the frames it needs: the browser need not write millions of bytes a second to its disk.
  const response = await fetch(address, { signal, cache: 'no-store' });
  if (!response.ok) {
    const body: unknown = await response.json().catch(() => undefined);
    return { kind: 'problem', id, status: response.status, body };
  }
  const bytes = new Uint8Array(await response.arrayBuffer());
  const { width, height, rgba }: RgbaPicture =
    response.headers.get('content-type') === packedType
      ? unpacker.unpack(bytes)
      : {
          width: Number(response.headers.get(request.widthHeader)),
          height: Number(response.headers.get(request.heightHeader)),
          rgba: bytes,
        };
  if (!(width > 0 && height > 0) || rgba.length !== width * height * 4) {
    const message = `${address} is no frame: ${rgba.length} bytes for ${width}x${height} pixels.`;
    return { kind: 'defect', id, message };
  }
  const pixels = new Uint8ClampedArray(rgba.buffer, rgba.byteOffset, rgba.length);
  // Nothing may touch the values: what the decoder gave is what the canvas holds.
  const bitmap = await createImageBitmap(new ImageData(pixels, width, height, { colorSpace: 'srgb' }), {
    premultiplyAlpha: 'none',
    colorSpaceConversion: 'none',
  });
  return { kind: 'bitmap', id, bitmap };
}
