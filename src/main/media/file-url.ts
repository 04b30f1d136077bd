import { resolve } from 'node:path';

/**
 * How FFmpeg is told to open a path: through its file protocol and nothing else, so that a name such as
 * `http:clip`, `concat:a|b` or `-` can only be a file.
 */
export function fileUrl(path: string): string {
  return `file:${resolve(path)}`;
}

/** Demuxer options that keep playlists and scripts from reaching the network or other protocols. */
export const FILES_ONLY = { protocol_whitelist: 'file', format_probesize: 1 << 20 };
