import { mkdir, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { InspectedLook, InspectRequest, InspectResult } from '../../shared/inspection.ts';
import { AcutanceError } from '../../shared/errors.ts';
import { encodeNpy } from '../../shared/npy.ts';
import type { SeenLook } from '../inference/looks/look-recorder.ts';
import { sideBySide, type LookPicture } from '../inference/looks/draw-look.ts';
import { PartialFile, unwritable } from '../media/partial-file.ts';
import { encodePicture } from '../media/picture-encoder.ts';
import type { DeblurrerCache } from './deblurrer-cache.ts';
import type { JobContext } from './engine-server.ts';
import { inspectFrame, type InspectedFrame } from './inspect-frame.ts';
import { drawParts } from './look-pictures.ts';

type Inspected = InspectedFrame['looks'][number];

/**
 * Looks inside a network at one frame: pictures for the screen, or files.
 *
 * @throws AcutanceError as `inspectFrame`, and for anything about the output.
 */
export async function runInspect(
  request: InspectRequest,
  context: JobContext,
  deblurrers: DeblurrerCache,
): Promise<InspectResult> {
  const { output, looks: names } = request;
  const kind = output === undefined ? undefined : extname(output.path).toLowerCase();
  const isFile = kind === '.png' || kind === '.npy';
  if (isFile && names.length !== 1) {
    throw new AcutanceError('usage', `"${output?.path}" can hold one look, not ${names.length}.`, {
      hint: 'Name a folder, or look at one thing.',
    });
  }
  const { frame, rotation, looks, provenance } = await inspectFrame(request, context, deblurrers);
  const inspected: InspectedLook[] = [];
  for (const each of looks) {
    const pictures = drawParts(each.look, each.parts, rotation);
    const files: string[] = [];
    if (output !== undefined) {
      context.phase('finishing');
      const save = (path: string) => saveLook(path, each, pictures, { ...request, context });
      if (isFile) files.push(await save(output.path));
      else {
        await mkdir(output.path, { recursive: true }).catch((thrown: unknown) => {
          throw unwritable(output.path, thrown);
        });
        for (const extension of ['.png', '.npy'])
          files.push(await save(join(output.path, each.look.name + extension)));
      }
    }
    inspected.push({
      name: each.look.name,
      title: each.look.title,
      files,
      parts: each.parts.map(({ label, tensor }, index) => ({
        label,
        shape: tensor.dims,
        fullScale: pictures[index]!.fullScale,
        picture: output === undefined ? pictures[index] : undefined,
      })),
    });
  }
  return { frame, looks: inspected, deblur: provenance };
}

interface SaveOptions extends Pick<InspectRequest, 'input' | 'output'> {
  readonly context: JobContext;
}

async function saveLook(
  path: string,
  { parts }: Inspected,
  pictures: readonly LookPicture[],
  { input, output, context }: SaveOptions,
): Promise<string> {
  const announce = (temporary: string) => context.temporary(temporary);
  const file = await PartialFile.create(path, input, output?.overwrite === true, announce);
  try {
    const isArray = extname(path).toLowerCase() === '.npy';
    const bytes = isArray ? encodeNpy(stacked(parts)) : await encodePicture(sideBySide(pictures), 'png');
    await writeFile(file.temporaryPath, bytes).catch((thrown: unknown) => {
      throw unwritable(path, thrown);
    });
    await file.complete();
    return file.finalPath;
  } finally {
    await file.remove();
  }
}

/** All parts of a look as one array, parts x C x H x W. */
function stacked(parts: SeenLook['parts']) {
  const [, ...dims] = parts[0]?.tensor.dims ?? [0, 0, 0, 0];
  const length = dims.reduce((product, dim) => product * dim, 1);
  const data = new Float32Array(parts.length * length);
  for (const [index, { tensor }] of parts.entries()) data.set(tensor.data, index * length);
  return { data, dims: [parts.length, ...dims] };
}
