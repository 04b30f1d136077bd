import type { CutSetting } from '../../shared/settings.ts';
import type { FrameFiles } from '../evaluation/frame-files.ts';
import { buildFrameIndex } from '../media/build-frame-index.ts';
import { VideoReader } from '../media/index.ts';
import { type ArrayCuts, arrayCuts } from './array-cuts.ts';
import { cutTicks } from './shot-frames.ts';

/**
 * Where the shots of an evaluated clip begin. In a video, cuts are given by frame or by time; pictures in a folder have
 * no times.
 *
 * @throws AcutanceError `usage` for a frame or a time that is not there, and for times where there are none; as `VideoReader`.
 */
export async function evaluationCuts(
  setting: CutSetting = 'detect',
  files: FrameFiles,
  signal: AbortSignal,
): Promise<ArrayCuts> {
  if (files.kind === 'pictures') return arrayCuts(setting, files.names.length, `"${files.path}"`);
  if (setting === 'detect') return 'detect';
  if (setting === 'none') return new Set();
  const { info } = await VideoReader.open(files.path, { signal });
  const { pts } = await buildFrameIndex(info, { signal });
  const ticks = await cutTicks(setting, { info, pts: () => Promise.resolve(pts) });
  return new Set(ticks.map((tick) => pts.findIndex((time) => time >= tick)));
}
