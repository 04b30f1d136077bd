import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { ClipRange, ExportPreset } from '../../../src/shared/settings.ts';
import { VideoReader } from '../../../src/main/media/video-reader.ts';
import { type WriteResult, VideoWriter } from '../../../src/main/media/video-writer.ts';

export const fixture = (name: string): string => join(import.meta.dirname, '../../fixtures/media', name);

/** A folder that is removed after the tests of the file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'acutance-media-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface CopyOutcome extends WriteResult {
  /** Timestamps of the frames read, in ticks of the source. */
  readonly pts: readonly bigint[];
  readonly readerNotices: readonly string[];
}

/** Reads and writes a clip with nothing in between, as an export without a network does. */
export async function copyClip(
  input: string,
  output: string,
  preset: ExportPreset,
  range: ClipRange = {},
): Promise<CopyOutcome> {
  const source = await VideoReader.open(input);
  const writer = await VideoWriter.create(output, { source, preset, range });
  const pts: bigint[] = [];
  try {
    for await (const frame of source.frames({ range })) {
      try {
        pts.push(frame.pts);
        await writer.write(frame);
      } finally {
        frame.dispose();
      }
    }
    return { ...(await writer.finish()), pts, readerNotices: source.notices };
  } catch (thrown) {
    await writer.abort();
    throw thrown;
  }
}
