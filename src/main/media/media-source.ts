import { open, stat } from 'node:fs/promises';
import {
  AV_CODEC_ID_NONE,
  AV_DISPOSITION_ATTACHED_PIC,
  AV_LOG_FATAL,
  AVMEDIA_TYPE_AUDIO,
  AVMEDIA_TYPE_VIDEO,
} from 'node-av/constants';
import { Dictionary, FormatContext, InputFormat, Log, type Stream } from 'node-av/lib';
import { AcutanceError } from '../../shared/errors.ts';
import { announcedSize, cutOff } from './announced-size.ts';
import { FILES_ONLY, fileUrl } from './file-url.ts';
import { describeStatus } from './ffmpeg-failure.ts';

/** Demuxers that turn any text into a picture of that text; nobody means them when giving a clip. */
const TEXT_AS_PICTURE = new Set(['tty', 'bin', 'xbin', 'adf', 'idf']);

/** An opened file with its picture stream; the caller closes it. */
export class MediaSource {
  readonly path: string;
  readonly format: FormatContext;
  readonly video: Stream;

  private constructor(path: string, format: FormatContext, video: Stream) {
    this.path = path;
    this.format = format;
    this.video = video;
  }

  /**
   * Opens a file, and only a file, and finds its picture.
   *
   * @throws AcutanceError `input-unreadable` when the path can't be read, `input-corrupt` when the file is empty or
   *   damaged beyond reading, `input-unsupported` when it is no media file or has no picture.
   */
  static async open(path: string): Promise<MediaSource> {
    await requireReadableFile(path);
    // FFmpeg and its encoders would write to the terminal; what matters reaches the user as errors and notices.
    Log.setLevel(AV_LOG_FATAL);
    const format = new FormatContext();
    format.allocContext();
    const options = Dictionary.fromObject(FILES_ONLY);
    try {
      const status = await format.openInput(fileUrl(path), null, options);
      if (status < 0) throw await cannotOpen(path, status);
      if (TEXT_AS_PICTURE.has(format.iformat?.name ?? '')) throw notMedia(path);
      const found = await format.findStreamInfo(null);
      if (found < 0) throw corrupt(path, describeStatus(found));
      const picture = pictureStream(format);
      if (!picture || picture.codecpar.codecId === AV_CODEC_ID_NONE) await refuseCutOff(path, format);
      if (!picture) throw noPicture(path, format);
      return new MediaSource(path, format, picture);
    } catch (thrown) {
      await format.closeInput();
      throw thrown;
    } finally {
      options.free();
    }
  }

  async close(): Promise<void> {
    await this.format.closeInput();
  }
}

async function requireReadableFile(path: string): Promise<void> {
  try {
    const stats = await stat(path);
    if (stats.isDirectory()) {
      throw new AcutanceError('input-unreadable', `"${path}" is a folder, not a clip.`, {
        hint: 'Name a media file inside it.',
      });
    }
    if (!stats.isFile()) {
      throw new AcutanceError('input-unreadable', `"${path}" is not a regular file.`, {
        hint: 'Write the stream into a file first.',
      });
    }
    if (stats.size === 0) {
      throw new AcutanceError('input-corrupt', `"${path}" is empty (0 bytes).`, {
        hint: 'Copy the file again from where it came from.',
      });
    }
    await (await open(path, 'r')).close();
  } catch (thrown) {
    if (thrown instanceof AcutanceError) throw thrown;
    throw unreadable(path, thrown);
  }
}

function unreadable(path: string, thrown: unknown): AcutanceError {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  const reasons: Readonly<Record<string, readonly [string, string]>> = {
    ENOENT: ['does not exist', 'Check the spelling of the path.'],
    ENOTDIR: ['does not exist', 'Check the spelling of the path.'],
    EACCES: ['may not be read', 'Check the permissions of the file and its folders.'],
    EPERM: ['may not be read', 'Check the permissions of the file and its folders.'],
    ENAMETOOLONG: ['has a longer name than the file system allows', 'Shorten the path.'],
  };
  const [what, hint] = reasons[code] ?? [
    `can't be read (${code || String(thrown)})`,
    'Check the disk and the path.',
  ];
  return new AcutanceError('input-unreadable', `"${path}" ${what}.`, { hint, cause: thrown });
}

/** A file that begins like a known kind is damaged; anything else, whatever its name, is no media file at all. */
async function cannotOpen(path: string, status: number): Promise<AcutanceError> {
  const file = await open(path, 'r');
  try {
    const head = Buffer.alloc(64 * 1024);
    const { bytesRead } = await file.read(head, 0, head.length, 0);
    const kind = InputFormat.probe(head.subarray(0, bytesRead));
    return kind ? corrupt(path, describeStatus(status)) : notMedia(path);
  } finally {
    await file.close();
  }
}

function corrupt(path: string, reason: string): AcutanceError {
  return new AcutanceError(
    'input-corrupt',
    `"${path}" is damaged or cut off and can't be opened (${reason}).`,
    {
      hint: 'Copy the file again from where it came from, or repair it with a tool for its format.',
    },
  );
}

function notMedia(path: string): AcutanceError {
  return new AcutanceError('input-unsupported', `"${path}" is not a video file that FFmpeg knows.`, {
    hint: 'Give a clip such as .mp4, .mov, .mkv, .mxf, .webm or .avi.',
  });
}

function pictureStream(format: FormatContext): Stream | undefined {
  const best = format.streams[format.findBestStream(AVMEDIA_TYPE_VIDEO)];
  return best && !best.hasDisposition(AV_DISPOSITION_ATTACHED_PIC) ? best : undefined;
}

/** What describes the picture may lie in the part of the file that was cut off. */
async function refuseCutOff(path: string, { iformat }: FormatContext): Promise<void> {
  const { size: bytes } = await stat(path);
  const damage = cutOff({ bytes, announcedBytes: await announcedSize(path, iformat?.name ?? '') });
  if (damage !== undefined) throw corrupt(path, damage);
}

function noPicture(path: string, { streams }: FormatContext): AcutanceError {
  const sound = streams.some((stream) => stream.codecpar.codecType === AVMEDIA_TYPE_AUDIO);
  return new AcutanceError(
    'input-unsupported',
    `"${path}" has ${sound ? 'sound but ' : ''}no moving picture.`,
    { hint: 'Give a clip with a video stream.' },
  );
}
