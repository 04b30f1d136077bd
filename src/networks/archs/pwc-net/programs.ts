import { Graph } from '../../graph/graph.ts';
import type { ProgramRequest, WeightPart } from '../../network.ts';
import { estimateFlow, extractPyramid, LEVELS, pwcInputSize, type Pyramid } from './pwc-net.ts';
import type { PwcNetSize } from './sizes.ts';

/** Scope of PWC-Net's parameters in the published state_dict of CDVD-TSP. */
export const FLOW_SCOPE = 'flow_net.moduleNetwork';

/** Published by itself too. */
export const FLOW_PART: WeightPart = { name: 'the flow network (PWC-Net)', prefix: `${FLOW_SCOPE}.` };

type FlowRequest = Pick<ProgramRequest, 'height' | 'width' | 'alignCorners' | 'lowering'>;

/** The program `features` of a network that aligns by PWC-Net: `frame` -> `level2` .. `level6`. */
export function buildFeatures(title: string, size: PwcNetSize, request: FlowRequest): Graph {
  const graph = new Graph(`${title} features`, request.lowering);
  const frame = graph.input('frame', [1, 3, request.height, request.width]);
  const pyramid = graph.within(FLOW_SCOPE, () => extractPyramid(frame, size));
  for (const level of LEVELS) graph.output(`level${level}`, pyramid[level]);
  return graph;
}

/** The program `flow` of such a network. */
export function buildFlow(title: string, size: PwcNetSize, request: FlowRequest): Graph {
  const { height, width, alignCorners, lowering } = request;
  const graph = new Graph(`${title} flow`, lowering);
  const pyramidInput = (name: string): Pyramid => {
    const level = (index: (typeof LEVELS)[number]) =>
      graph.input(`${name}${index}`, [
        ...[1, size.pyramid[index - 1]!],
        ...[pwcInputSize(height) / 2 ** index, pwcInputSize(width) / 2 ** index],
      ]);
    return { 2: level(2), 3: level(3), 4: level(4), 5: level(5), 6: level(6) };
  };
  const reference = pyramidInput('reference');
  const neighbour = pyramidInput('neighbour');
  const { flow } = graph.within(FLOW_SCOPE, () =>
    estimateFlow(reference, neighbour, { height, width }, { size, alignCorners }),
  );
  graph.output('flow', flow);
  return graph;
}
