import type { Look } from '../../networks/looks.ts';
import type { DeblurProvenance } from '../../shared/deblurring.ts';
import { AcutanceError } from '../../shared/errors.ts';
import { isLookOffered } from '../../shared/looks.ts';
import type { CutPlace, DeblurSettings } from '../../shared/settings.ts';
import { timeToTicks } from '../../shared/time.ts';
import type { Tensor } from '../../shared/tensor.ts';
import { LookRecorder, type SeenLook } from '../inference/looks/look-recorder.ts';
import type { FrameIndex } from '../media/frame-index.ts';
import { FrameConverter, FrameSource, type VideoFrame } from '../media/index.ts';
import { checkSize, type ClipFrame } from './clip-frames.ts';
import type { DeblurrerCache, LoadedDeblurrer } from './deblurrer-cache.ts';
import type { JobContext } from './engine-server.ts';
import { cellOf } from './look-pictures.ts';
import { findSettingsNetwork } from './recipe-network.ts';
import { clipCuts, cutMargin, shotFrames, type ClipCuts } from './shot-frames.ts';

export interface InspectOptions {
  readonly input: string;
  /** As it was found before, where it was. */
  readonly index?: FrameIndex | undefined;
  /** A frame by its number, or the one that is shown at a time. */
  readonly at: CutPlace;
  readonly deblur: DeblurSettings;
  /** Names of looks that the network has. */
  readonly looks: readonly string[];
}

/** What a network was seen doing for one frame. */
export interface InspectedFrame {
  readonly frame: number;
  /** Of the frame as stored. */
  readonly height: number;
  readonly width: number;
  /** Degrees clockwise from stored to shown; arrays are as stored. */
  readonly rotation: number;
  /** In the order asked for; arrays of the frame's size, or of a whole part of it. */
  readonly looks: readonly { readonly look: Look; readonly parts: SeenLook['parts'] }[];
  readonly provenance: DeblurProvenance;
}

/**
 * Restores a frame as an export does, and keeps what is to be seen of the network's inside.
 *
 * @throws AcutanceError `usage` for a look that the network does not have, and a frame that the clip does not have; as
 *   exports for anything about the clip, the weights or the device.
 */
export async function inspectFrame(
  { input, index, at, deblur, looks: names }: InspectOptions,
  context: Pick<JobContext, 'signal' | 'phase'>,
  deblurrers: DeblurrerCache,
): Promise<InspectedFrame> {
  const looks = findLooks(deblur, names);
  const { signal } = context;
  context.phase('opening');
  const source = await FrameSource.open(input, { index, signal });
  const converter = new FrameConverter();
  try {
    const number = frameAt(source, at);
    const { height, width, rotation } = source.info.video;
    context.phase('loading');
    const settings = { ...deblur, ensemble: undefined };
    const deblurrer = await deblurrers.acquire(settings, { height, width }, context, looks);
    try {
      context.phase('inspecting');
      const pts = () => Promise.resolve(source.index.pts);
      const cuts = await clipCuts(deblur.cuts, { info: source.info, context: deblurrer.context, pts });
      const shot = await shotAround(number, { source, deblurrer, cuts, converter, signal });
      const recorder = new LookRecorder(looks, deblur.stages, shot.position);
      const onRun = recorder.record.bind(recorder);
      const results = deblurrer.process(pixelsOf(shot.frames, converter), { signal, onRun });
      for (let given = 0; given <= shot.position; given++) await results.next();
      await results.return();
      const seen = recorder.result();
      return {
        frame: number,
        height,
        width,
        rotation,
        looks: looks.map((look, index) => ({
          look,
          parts: seen[index]!.parts.map(({ label, tensor }) => ({
            label,
            tensor: cropped(tensor, height, width),
          })),
        })),
        provenance: deblurrer.provenance,
      };
    } finally {
      await deblurrer.release();
    }
  } finally {
    converter.dispose();
    await source.dispose();
  }
}

/** @throws AcutanceError `usage` */
export function findLooks(deblur: DeblurSettings, names: readonly string[]): readonly Look[] {
  const { network } = findSettingsNetwork(deblur);
  const offered = (network.looks ?? []).filter((look) => isLookOffered(look, deblur, network.options));
  return [...new Set(names)].map((name) => {
    const look = offered.find((each) => each.name === name);
    if (look !== undefined) return look;
    const has =
      offered.length === 0 ? 'nothing can be looked at' : offered.map((each) => each.name).join(', ');
    throw new AcutanceError('usage', `${network.title}, as it is set, has no look "${name}".`, {
      hint: `What it has: ${has}.`,
    });
  });
}

/** @throws AcutanceError `usage` */
function frameAt({ index, info }: FrameSource, at: CutPlace): number {
  const count = index.pts.length;
  if (typeof at === 'number') {
    if (at < count) return at;
    throw new AcutanceError('usage', `"${info.path}" has no frame ${at}: it has ${count}.`, {
      hint: 'Frames are counted from 0.',
    });
  }
  const tick = Number(info.video.startTicks + timeToTicks(at, info.video.timeBase));
  const after = index.pts.findIndex((pts) => pts > tick);
  const last = index.pts[count - 1]! + Math.max(1, index.durations[count - 1]!);
  if (after < 0 && tick >= last) {
    throw new AcutanceError('usage', `"${info.path}" ends before the time asked for.`, {
      hint: 'Times count from the first frame of the clip.',
    });
  }
  return after < 0 ? count - 1 : Math.max(0, after - 1);
}

interface Surroundings {
  readonly source: FrameSource;
  readonly deblurrer: LoadedDeblurrer;
  readonly cuts: ClipCuts;
  readonly converter: FrameConverter;
  readonly signal: AbortSignal;
}

/** The frames of the shot around a frame that its result depends on, and its position among them. */
async function shotAround(
  number: number,
  { source, deblurrer: { context }, cuts, converter, signal }: Surroundings,
): Promise<{ readonly frames: readonly VideoFrame[]; readonly position: number }> {
  const margin = cutMargin(cuts);
  async function* around(): AsyncGenerator<ClipFrame & { readonly number: number }, void, undefined> {
    const end = Math.min(source.index.pts.length, number + 1 + context.after + margin.after);
    for (let each = Math.max(0, number - context.before - margin.before); each < end; each++) {
      const frame = await source.frame(each, { signal });
      checkSize(frame, source.info);
      const beyond = each < number - context.before || each > number + context.after;
      yield { frame, number: each, inside: each === number, beyond };
    }
  }
  let frames: VideoFrame[] = [];
  let position = -1;
  try {
    for await (const { item, isCut } of shotFrames(around(), { cuts, converter })) {
      const ends = isCut && position >= 0;
      if (isCut && !ends) for (const frame of frames.splice(0)) frame.dispose();
      frames.push(item.frame);
      if (ends) {
        frames.pop()?.dispose();
        break;
      }
      if (item.inside) position = frames.length - 1;
    }
    const result = { frames, position };
    frames = [];
    return result;
  } finally {
    for (const frame of frames) frame.dispose();
  }
}

async function* pixelsOf(
  frames: readonly VideoFrame[],
  converter: FrameConverter,
): AsyncGenerator<Float32Array, void, undefined> {
  let buffer: Float32Array | undefined;
  let given = 0;
  try {
    for (const frame of frames) {
      await Promise.resolve();
      buffer = converter.toRgb(frame, buffer);
      given++;
      frame.dispose();
      yield buffer;
    }
  } finally {
    for (const frame of frames.slice(given)) frame.dispose();
  }
}

/** Takes off what the network's padding added to the right and below. */
function cropped({ data, dims }: Tensor, frameHeight: number, frameWidth: number): Tensor {
  const [, channels = 1, height = 1, width = 1] = dims;
  const scale = cellOf({ height, width }, { height: frameHeight, width: frameWidth });
  const [rows, columns] = [Math.ceil(frameHeight / scale), Math.ceil(frameWidth / scale)];
  const result = new Float32Array(channels * rows * columns);
  for (let channel = 0; channel < channels; channel++) {
    for (let y = 0; y < rows; y++) {
      const start = (channel * height + y) * width;
      result.set(data.subarray(start, start + columns), (channel * rows + y) * columns);
    }
  }
  return { data: result, dims: [1, channels, rows, columns] };
}
