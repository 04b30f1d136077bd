import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { extname } from 'node:path';
import { AcutanceError } from '../../shared/errors.ts';
import { stateOfFile } from '../render/clip-library-fingerprint.ts';
import type { ClipLibrary, LocatedClip } from '../render/clip-library.ts';
import { FOR_EVER } from './conditional.ts';
import type { HandlersOf } from './mount.ts';
import { type ByteSource, rangedResponse } from './ranged-response.ts';
import type { Services } from './services.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.3g2': 'video/3gpp2',
  '.3gp': 'video/3gpp',
  '.avi': 'video/x-msvideo',
  '.flv': 'video/x-flv',
  '.m2ts': 'video/mp2t',
  '.m4v': 'video/mp4',
  '.mkv': 'video/matroska',
  '.mov': 'video/quicktime',
  '.mp4': 'video/mp4',
  '.mpeg': 'video/mpeg',
  '.mpg': 'video/mpeg',
  '.mts': 'video/mp2t',
  '.mxf': 'application/mxf',
  '.ogv': 'video/ogg',
  '.ts': 'video/mp2t',
  '.webm': 'video/webm',
  '.wmv': 'video/x-ms-wmv',
};

/** A few seconds: each piece is a round trip to the decoder. */
const SOUND_CHUNK_BYTES = 2 ** 20;

/** Long content, of which a player takes the parts it needs. */
export function soundAndFileRoutes({ clips, media }: Services): HandlersOf<'sound' | 'clipFile'> {
  return {
    sound: async ({ params, request, signal }) => {
      const { path } = await clips.locate(params.clip);
      const sound = await media.sound(path, { signal });
      if (!sound) throw new AcutanceError('not-found', `"${path}" has no sound.`);
      const source: ByteSource = {
        size: sound.bytes,
        chunkBytes: SOUND_CHUNK_BYTES,
        read: (from, to) => media.readSound(path, from, to, { signal }),
        close: () => Promise.resolve(),
      };
      return rangedResponse(request, source, {
        type: 'audio/wav',
        etag: `"${params.clip}-sound"`,
        cacheControl: FOR_EVER,
      });
    },
    clipFile: async ({ params, request }) => {
      const clip = await clips.locate(params.clip);
      return rangedResponse(request, await openSource(clips, clip), {
        type: TYPES[extname(clip.path).toLowerCase()] ?? 'application/octet-stream',
        etag: `"${params.clip}-file"`,
        cacheControl: 'private, no-cache',
      });
    },
  };
}

/** Reads a clip's file as long as it stays what it was. */
async function openSource(clips: ClipLibrary, clip: LocatedClip): Promise<ByteSource> {
  // The path is free of links as it was resolved: one that is there now was put there since.
  const file = await open(clip.path, constants.O_RDONLY | constants.O_NOFOLLOW).catch((cause: unknown) => {
    throw new AcutanceError('not-found', `"${clip.path}" is no longer there.`, {
      hint: 'Open it again.',
      cause,
    });
  });
  try {
    clips.requireUnchanged(clip, await stateOfFile(file));
  } catch (thrown) {
    await file.close();
    throw thrown;
  }
  return {
    size: clip.bytes,
    read: async (from, to) => {
      const chunk = await readExactly(file, from, to);
      clips.requireUnchanged(clip, await stateOfFile(file));
      return chunk;
    },
    close: () => file.close(),
  };
}

async function readExactly(file: FileHandle, from: number, to: number): Promise<Uint8Array> {
  const chunk = new Uint8Array(to - from);
  for (let filled = 0; filled < chunk.byteLength;) {
    const { bytesRead } = await file.read(chunk, filled, chunk.byteLength - filled, from + filled);
    if (bytesRead === 0) throw new AcutanceError('not-found', 'The file became shorter while it was read.');
    filled += bytesRead;
  }
  return chunk;
}
