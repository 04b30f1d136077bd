/** Whole clips by the witnesses of single frames, their ends mirrored. Slow; for tiny frames. */
import { arvo } from '../../../src/networks/archs/arvo/arvo.ts';
import { SIZES as ARVO_SIZES } from '../../../src/networks/archs/arvo/sizes.ts';
import { SIZES as MLFA_SIZES } from '../../../src/networks/archs/mlfa/sizes.ts';
import type { NetworkProgram } from '../../../src/networks/network.ts';
import type { LayerCount } from '../../../src/shared/settings.ts';
import type { Tensor } from '../../../src/shared/tensor.ts';
import { runModel } from '../../support/run-graph.ts';
import { PlainArvo, warped } from '../../unit/networks/support/plain-arvo.ts';
import { PlainMlfa, type Image } from '../../unit/networks/support/plain-mlfa.ts';

interface PlainSetup {
  readonly size: 'lite' | 'paper';
  readonly stages: 1 | 2;
  readonly height: number;
  readonly width: number;
  readonly parameters: (name: string) => Float32Array;
}

/** ARVo's results for every frame; only the flow, which is checked with CDVD-TSP, is the CPU's graphs'. */
export async function plainArvoClip(
  frames: readonly Float32Array[],
  setup: PlainSetup & { readonly layers: LayerCount },
): Promise<Float64Array[]> {
  const { size, stages, layers, parameters } = setup;
  const plain = new PlainArvo(parameters, ARVO_SIZES[size], layers);
  const flow = arvoFlow(setup);
  let images = mirroredEnds(imagesOf(frames, setup), stages);
  for (let stage = 1; stage <= stages; stage++) {
    const results: Image[] = [];
    for (const [previous, middle, next] of triples(images)) {
      const before = warped(previous, await flow(middle, previous));
      results.push(plain.restore(before, middle, warped(next, await flow(middle, next))));
    }
    images = results;
  }
  return images.map(({ data }) => data);
}

function arvoFlow({ size, layers, height, width, parameters }: PlainSetup & { readonly layers: LayerCount }) {
  const run = (program: NetworkProgram, feeds: Record<string, Tensor>) => {
    const request = { program, size, options: { layers }, height, width, alignCorners: true } as const;
    return runModel(arvo.buildModel({ ...request, lowering: 'standard', parameters }), feeds);
  };
  return async (reference: Image, neighbour: Image): Promise<Float32Array> => {
    const feeds: Record<string, Tensor> = {};
    for (const [role, { data }] of Object.entries({ reference, neighbour })) {
      const frame = { data: Float32Array.from(data), dims: [1, 3, height, width] };
      for (const [name, tensor] of Object.entries(await run('features', { frame })))
        feeds[name.replace('level', role)] = tensor;
    }
    return (await run('flow', feeds))['flow']!.data;
  };
}

/** MLFA's results for every frame. */
export function plainMlfaClip(frames: readonly Float32Array[], setup: PlainSetup): Float64Array[] {
  const plain = new PlainMlfa(setup.parameters, MLFA_SIZES[setup.size]);
  const singles = imagesOf(frames, setup).map((frame) => plain.stage1(frame));
  const results =
    setup.stages === 1 ? singles : triples(mirroredEnds(singles, 1)).map((triple) => plain.stage2(...triple));
  return results.map(({ data }) => data);
}

function imagesOf(frames: readonly Float32Array[], { height, width }: PlainSetup): Image[] {
  return frames.map((frame) => ({ channels: 3, height, width, data: Float64Array.from(frame) }));
}

/** With `count` more at both ends, 1 or 2: what the published code of CDVD-TSP puts before and after a clip. */
function mirroredEnds(images: readonly Image[], count: 1 | 2): Image[] {
  return [...images.slice(0, 2).slice(-count), ...images, ...images.slice(-2).slice(0, count)];
}

/** Every image that has neighbours, between them. */
function triples(images: readonly Image[]): [Image, Image, Image][] {
  return images.slice(2).map((next, index) => [images[index]!, images[index + 1]!, next]);
}
