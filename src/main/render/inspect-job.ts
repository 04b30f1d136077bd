import type { InspectedLook, InspectRequest, InspectResult } from '../../shared/inspection.ts';
import { encodeNpy } from '../../shared/npy.ts';
import type { SeenLook } from '../inference/looks/look-recorder.ts';
import { sideBySide } from '../inference/looks/draw-look.ts';
import { encodePicture } from '../media/picture-encoder.ts';
import type { DeblurrerCache } from './deblurrer-cache.ts';
import type { JobContext } from './engine-server.ts';
import { findLooks, inspectFrame } from './inspect-frame.ts';
import { LookFiles } from './look-files.ts';
import { drawParts } from './look-pictures.ts';

/**
 * Looks inside a network at one frame: pictures for the screen, or files, which are checked before anything is computed.
 *
 * @throws AcutanceError as `inspectFrame` and `LookFiles.create`.
 */
export async function runInspect(
  request: InspectRequest,
  context: JobContext,
  deblurrers: DeblurrerCache,
): Promise<InspectResult> {
  const { input, output, deblur } = request;
  const names = findLooks(deblur, request.looks).map(({ name }) => name);
  const files =
    output &&
    (await LookFiles.create(output.path, {
      looks: names,
      overwrite: output.overwrite,
      inputs: deblur.weights === undefined ? [input] : [input, deblur.weights],
      announce: (path) => context.temporary(path),
    }));
  try {
    const { frame, rotation, looks, provenance } = await inspectFrame(request, context, deblurrers);
    if (files) context.phase('finishing');
    const inspected: InspectedLook[] = [];
    for (const { look, parts } of looks) {
      const pictures = drawParts(look, parts, rotation);
      const written = await files?.write(look.name, (format) =>
        format === '.npy' ? encodeNpy(stacked(parts)) : encodePicture(sideBySide(pictures), 'png'),
      );
      inspected.push({
        name: look.name,
        title: look.title,
        files: written ?? [],
        parts: parts.map(({ label, tensor }, index) => ({
          label,
          shape: tensor.dims,
          fullScale: pictures[index]!.fullScale,
          picture: files ? undefined : pictures[index],
        })),
      });
    }
    context.signal.throwIfAborted();
    await files?.complete();
    return { frame, looks: inspected, deblur: provenance };
  } finally {
    await files?.remove();
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
