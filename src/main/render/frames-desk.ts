import { open, stat } from 'node:fs/promises';
import type { ClipIndex, ClipIndexRequest, FrameRequest, FrameResult } from '../../shared/engine-protocol.ts';
import { PictureMaker } from '../media/index.ts';
import type { JobContext } from './engine-server.ts';
import { OpenClips } from './frames-open-clips.ts';
import { describeClip } from './probe-job.ts';

/** Pictures of up to so many bytes travel in a message; above that, a file is quicker. */
const MESSAGE_BYTES = 64 * 1024;

/** The engine's side of everything that looks into a clip. Clips stay open between jobs. */
export class FramesDesk {
  readonly #clips = new OpenClips();
  readonly #pictures = new PictureMaker();

  /** @throws AcutanceError as `FrameSource.open`. */
  async index({ input }: ClipIndexRequest, context: JobContext): Promise<ClipIndex> {
    context.phase('opening');
    const { mtimeMs } = await stat(input).catch(() => ({ mtimeMs: 0 }));
    const source = await this.#clips.open(input, context.signal);
    const { info, index } = source;
    const { width, height, rotation, fieldOrder } = info.video;
    const sideways = rotation % 180 === 90;
    const interlaced = !['progressive', 'unknown'].includes(fieldOrder);
    return {
      clip: describeClip(info),
      modified: mtimeMs,
      index,
      width: sideways ? height : width,
      height: sideways ? width : height,
      notices: interlaced ? ['The clip is interlaced; its frames are shown whole.'] : [],
    };
  }

  /** @throws AcutanceError as `FrameSource.frame`. */
  async frame(request: FrameRequest, { signal }: JobContext): Promise<FrameResult> {
    const source = await this.#clips.open(request.input, signal);
    const before = source.index;
    const frame = await source.frame(request.frame, { signal });
    // The decoder works in threads of its own while this one makes the picture.
    void source.readAhead(request.frame + 1, request.ahead);
    const { rotation } = source.info.video;
    const picture = this.#pictures.make(frame, { rotation, maxWidth: request.maxWidth });
    frame.dispose();
    const { width, height } = picture;
    const content =
      request.format === 'raw' ? picture.rgba : await this.#pictures.encode(picture, request.format);
    const bytes = content.length <= MESSAGE_BYTES ? content : await writeTransfer(request.transfer, content);
    return { width, height, bytes, reindexed: source.index !== before };
  }
}

/** @returns the number of bytes written to the beginning of the file. */
async function writeTransfer(path: string, content: Uint8Array): Promise<number> {
  const file = await open(path, 'r+');
  try {
    for (let done = 0; done < content.length;) {
      done += (await file.write(content, done, content.length - done, done)).bytesWritten;
    }
    return content.length;
  } finally {
    await file.close();
  }
}
