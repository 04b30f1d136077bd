import { AcutanceError } from '../../shared/errors.ts';
import type { LookPart, LookRequest, LookResult } from '../../shared/inspection.ts';
import { isLookOffered, type LookName } from '../../shared/looks.ts';
import { encodePicture } from '../media/picture-encoder.ts';
import type { DeblurrerCache } from './deblurrer-cache.ts';
import type { JobContext } from './engine-server.ts';
import { inspectFrame, type InspectedFrame } from './inspect-frame.ts';
import { drawOverFrame } from './look-pictures.ts';
import { findSettingsNetwork } from './recipe-network.ts';

/** What takes much memory, or is computed for the look alone; the others come along with any look. */
const COSTLY: ReadonlySet<LookName> = new Set(['volume', 'offsets', 'maxima']);
/** Arrays of a frame that are kept for its other looks. */
const MOST_KEPT_BYTES = 256 * 2 ** 20;

/**
 * The engine's side of looks on the screen. What was seen of the last frame is kept, so that it is restored once however
 * many of its looks are asked for.
 */
export class LookDesk {
  #last: { readonly key: string; readonly inspected: InspectedFrame } | undefined;

  /** @throws AcutanceError as `inspectFrame`; `weights-mismatch` where the weights are not those that are meant. */
  async look(request: LookRequest, context: JobContext, deblurrers: DeblurrerCache): Promise<LookResult> {
    const { height, width, rotation, looks } = await this.#inspect(request, context, deblurrers);
    const seen = looks.find(({ look }) => look.name === request.look);
    if (seen === undefined || seen.parts.length === 0)
      throw new AcutanceError('internal', `The look "${request.look}" shows nothing.`);
    context.phase('finishing');
    const pictures = drawOverFrame(seen.look, seen.parts, { height, width, rotation });
    const parts: LookPart[] = [];
    for (const [index, picture] of pictures.entries()) {
      context.signal.throwIfAborted();
      const png = await encodePicture(picture, 'png');
      const { width: columns, height: rows, fullScale } = picture;
      parts.push({ label: seen.parts[index]!.label, fullScale, width: columns, height: rows, png });
    }
    return { parts };
  }

  async #inspect(
    request: LookRequest,
    context: JobContext,
    deblurrers: DeblurrerCache,
  ): Promise<InspectedFrame> {
    const { input, index, frame, deblur, weightsHash, look } = request;
    const key = JSON.stringify([input, index.pts.length, frame, weightsHash, deblur]);
    const last = this.#last;
    if (last?.key === key && last.inspected.looks.some((seen) => seen.look.name === look))
      return last.inspected;
    this.#last = undefined;
    const looks = looksFor(request);
    const inspected = await inspectFrame({ input, index, at: frame, deblur, looks }, context, deblurrers);
    if (inspected.provenance.weightsHash !== weightsHash) {
      throw new AcutanceError(
        'weights-mismatch',
        `The weights "${inspected.provenance.weights}" have changed.`,
        { hint: 'Choose the look again.' },
      );
    }
    if (bytesOf(inspected) <= MOST_KEPT_BYTES) this.#last = { key, inspected };
    return inspected;
  }
}

/** The look that is asked for, and the others that come for nothing; in one order, so that the network stays loaded. */
function looksFor({ deblur, look }: LookRequest): LookName[] {
  const { network } = findSettingsNetwork(deblur);
  const free = (network.looks ?? []).filter(
    (each) => isLookOffered(each, deblur, network.options) && !COSTLY.has(each.name),
  );
  return [...new Set([...free.map(({ name }) => name), look])];
}

function bytesOf({ looks }: InspectedFrame): number {
  return looks.reduce(
    (sum, { parts }) => sum + parts.reduce((bytes, { tensor }) => bytes + tensor.data.byteLength, 0),
    0,
  );
}
