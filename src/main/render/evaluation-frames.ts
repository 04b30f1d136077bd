import { join } from 'node:path';
import { AcutanceError } from '../../shared/errors.ts';
import type { FrameFiles } from '../evaluation/frame-files.ts';
import type { RgbPicture } from '../evaluation/rgb-picture.ts';
import { FrameConverter, VideoReader } from '../media/index.ts';

export interface NamedFrame extends RgbPicture {
  /** The picture's file name, or the frame's number in a video. */
  readonly name: string;
}

/**
 * The frames of a video, or of pictures in a folder, one after the other; all of one size and rounded to 8 bits. Every
 * frame has memory of its own.
 *
 * @throws AcutanceError as `VideoReader`; `input-unsupported` for a frame of another size, `input-corrupt` for damage.
 */
export async function* readFrames(
  files: FrameFiles,
  signal: AbortSignal,
): AsyncGenerator<NamedFrame, void, undefined> {
  const converter = new FrameConverter();
  let first: NamedFrame | undefined;
  try {
    for await (const frame of files.kind === 'video'
      ? readVideo(files.path, converter, signal)
      : readPictures(files.path, files.names, converter, signal)) {
      first ??= frame;
      if (frame.width !== first.width || frame.height !== first.height) {
        throw new AcutanceError(
          'input-unsupported',
          `Frame ${frame.name} of "${files.path}" is ${frame.width}x${frame.height}, the first is ${first.width}x${first.height}.`,
          { hint: 'All frames of a clip must have one size.' },
        );
      }
      yield frame;
    }
  } finally {
    converter.dispose();
  }
}

async function* readPictures(
  folder: string,
  names: readonly string[],
  converter: FrameConverter,
  signal: AbortSignal,
): AsyncGenerator<NamedFrame, void, undefined> {
  for (const name of names) {
    for await (const frame of readVideo(join(folder, name), converter, signal)) {
      yield { ...frame, name };
      break;
    }
  }
}

async function* readVideo(
  path: string,
  converter: FrameConverter,
  signal: AbortSignal,
): AsyncGenerator<NamedFrame, void, undefined> {
  const reader = await VideoReader.open(path, { signal });
  requireWhole(reader);
  for await (const frame of reader.frames({ signal })) {
    try {
      const { width, height, index } = frame;
      const picture = { name: String(index), width, height, rgb: converter.toRgb(frame) };
      roundTo8Bits(picture.rgb);
      requireWhole(reader);
      yield picture;
    } finally {
      frame.dispose();
    }
  }
  requireWhole(reader);
}

/** Clamps codes to [0, 1] and rounds them to what 8 bits hold, in place. */
export function roundTo8Bits(rgb: Float32Array): void {
  for (let i = 0; i < rgb.length; i++) rgb[i] = Math.round(Math.min(1, Math.max(0, rgb[i]!)) * 255) / 255;
}

function requireWhole({ damage, cutOff, info }: VideoReader): void {
  if (damage === undefined && cutOff === undefined) return;
  throw new AcutanceError('input-corrupt', `"${info.path}" is damaged: ${damage ?? cutOff}.`, {
    hint: 'Get another copy of it: scores of damaged frames say nothing.',
  });
}
