import type { FindCutsRequest, FindCutsResult } from '../../shared/cut-finding.ts';
import { CUT_CONTEXT } from '../inference/scene-cuts/cut-test.ts';
import { FrameConverter, FrameSource } from '../media/index.ts';
import { checkSize, type ClipFrame } from './clip-frames.ts';
import type { JobContext } from './engine-server.ts';
import { ProgressMeter } from './progress-meter.ts';
import { readAhead } from './read-ahead.ts';
import { shotFrames } from './shot-frames.ts';

/** Frames that are decoded while one is looked at. */
const READ_AHEAD = 2;
/** Frames are asked for in order, each once. */
const DECODED_BYTES = 32 * 2 ** 20;

/**
 * Looks for cuts from a frame to the end, just as they are found where frames are restored. The progress counts frames
 * from that one on; every cut among them has been told when they are counted.
 *
 * @throws AcutanceError as `FrameSource.frame`; `input-unsupported` when the picture size changes.
 */
export async function runFindCuts(request: FindCutsRequest, context: JobContext): Promise<FindCutsResult> {
  context.phase('opening');
  const { input, index, from } = request;
  const { signal } = context;
  const source = await FrameSource.open(input, { index, cacheBytes: DECODED_BYTES, signal });
  const converter = new FrameConverter();
  try {
    context.phase('comparing');
    const meter = new ProgressMeter(Math.max(0, index.pts.length - from));
    const frames = readAhead(framesFrom(source, from, signal), READ_AHEAD, ({ frame }) => frame.dispose());
    for await (const { item, isCut } of shotFrames(frames, { cuts: 'detect', converter })) {
      item.frame.dispose();
      if (isCut) context.cut(item.number);
      context.progress(meter.frame());
    }
    return { frames: source.index.pts.length };
  } finally {
    converter.dispose();
    await source.dispose();
  }
}

interface NumberedFrame extends ClipFrame {
  readonly number: number;
}

/** All frames from one on, after those that are only to be looked at. */
async function* framesFrom(
  source: FrameSource,
  from: number,
  signal: AbortSignal,
): AsyncGenerator<NumberedFrame, void, undefined> {
  // A file that ends earlier than it says has another index once that is found out.
  for (let number = Math.max(0, from - CUT_CONTEXT.before); number < source.index.pts.length; number++) {
    const frame = await source.frame(number, { signal });
    checkSize(frame, source.info);
    yield { frame, number, inside: true, beyond: number < from };
  }
}
