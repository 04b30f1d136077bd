import { open, stat } from 'node:fs/promises';
import type { ClipIndex, ClipIndexRequest } from '../../shared/clip-description.ts';
import type { FrameRequest, FrameResult } from '../../shared/clip-frames.ts';
import type { SoundRequest, SoundResult, WaveRequest, WaveResult } from '../../shared/clip-sound.ts';
import { AcutanceError } from '../../shared/errors.ts';
import { PictureMaker, SOUND_RATE, type VideoFrame, cutOff, readWave, waveBytes } from '../media/index.ts';
import type { JobContext } from './engine-server.ts';
import { OpenClips } from './frames-open-clips.ts';
import { describeClip } from './probe-job.ts';

/** Pictures and sound of up to so many bytes travel in a message; above that, a file is quicker. */
const MESSAGE_BYTES = 64 * 1024;

/** The engine's side of everything that looks into a clip. Clips stay open between jobs. */
export class FramesDesk {
  readonly #clips = new OpenClips();
  readonly #pictures = new PictureMaker();
  readonly #announced = new Set<string>();

  /** @throws AcutanceError as `FrameSource.open`. */
  async index({ input }: ClipIndexRequest, context: JobContext): Promise<ClipIndex> {
    context.phase('opening');
    const { mtimeMs } = await stat(input).catch(() => ({ mtimeMs: 0 }));
    const source = await this.#clips.open(input, context.signal);
    const { info, index } = source;
    const { width, height, rotation, fieldOrder } = info.video;
    const sideways = rotation % 180 === 90;
    const notices: string[] = [];
    if (!['progressive', 'unknown'].includes(fieldOrder))
      notices.push('The clip is interlaced; its frames are shown whole.');
    const damage = cutOff(info);
    if (damage !== undefined) notices.push(`The clip is damaged: ${damage}.`);
    return {
      clip: describeClip(info),
      modified: mtimeMs,
      index,
      width: sideways ? height : width,
      height: sideways ? width : height,
      notices,
    };
  }

  /** @throws AcutanceError as `FrameSource.frame`. */
  async frame(request: FrameRequest, context: JobContext): Promise<FrameResult> {
    const { signal } = context;
    this.#announce(request.transfer, context);
    const source = await this.#clips.open(request.input, signal);
    const before = source.index;
    const frame = await source.frame(request.frame, { signal });
    // The decoder works in threads of its own while this one makes the picture.
    void source.prepare(request.ahead).then(() => source.readAround());
    const { rotation } = source.info.video;
    const { width, height, content } = await this.#picture(frame, request, rotation);
    const bytes = await handOver(content, request.transfer);
    return { width, height, bytes, reindexed: source.index !== before };
  }

  /** Frees the frame. */
  async #picture(
    frame: VideoFrame,
    { format, maxWidth }: FrameRequest,
    rotation: number,
  ): Promise<{ width: number; height: number; content: Uint8Array<ArrayBuffer> }> {
    try {
      if (format === 'packed') {
        const { width, height, packed } = this.#pictures.pack(frame, { rotation, maxWidth });
        return { width, height, content: packed };
      }
      const picture = this.#pictures.make(frame, { rotation, maxWidth });
      const { width, height, rgba } = picture;
      const content = format === 'raw' ? rgba : await this.#pictures.encode(picture, format);
      return { width, height, content };
    } finally {
      frame.dispose();
    }
  }

  /** @throws AcutanceError as `FrameSource.open` and `SoundSource.open`. */
  async sound({ input }: SoundRequest, { signal }: JobContext): Promise<SoundResult> {
    const source = await this.#clips.openSound(input, signal);
    if (!source) return { sound: undefined };
    const { codec, channels, length } = source.info;
    const bytes = waveBytes(source.info);
    return { sound: { codec, channels, durationSeconds: length / SOUND_RATE, bytes } };
  }

  /** @throws AcutanceError as `sound`; `usage` when the clip has none. */
  async wave({ input, from, to, transfer }: WaveRequest, context: JobContext): Promise<WaveResult> {
    const { signal } = context;
    this.#announce(transfer, context);
    const source = await this.#clips.openSound(input, signal);
    if (!source) throw new AcutanceError('usage', `"${input}" has no sound.`);
    return { bytes: await handOver(await readWave(source, from, to, signal), transfer) };
  }

  /** The caller's file is removed by this process should the caller be killed. */
  #announce(transfer: string, context: JobContext): void {
    if (this.#announced.has(transfer)) return;
    this.#announced.add(transfer);
    context.temporary(transfer);
  }
}

/** Small content goes into the message itself, large content into the file. */
async function handOver(
  content: Uint8Array<ArrayBuffer>,
  transfer: string,
): Promise<Uint8Array<ArrayBuffer> | number> {
  return content.length <= MESSAGE_BYTES ? content : writeTransfer(transfer, content);
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
