import type { Graph } from './graph/graph.ts';
import type { LookCondition, LookName, LookPartName } from '../shared/looks.ts';
import type { NetworkProgram } from './network-program.ts';

export type { LookName } from '../shared/looks.ts';

/** The result of an operator inside a graph that is no output otherwise. */
export interface Tap {
  readonly operator: string;
  /** Which of these operators, in the order of the graph. */
  readonly nth: number;
}

/** One array of a look. */
export interface LookPart {
  /** What it belongs to, such as the frame that a flow leads to. */
  readonly label: LookPartName;
  /** Name of the tensor among what the program takes and gives. */
  readonly tensor: string;
  /** Given only where the look is asked for: where in the graph the tensor is found. */
  readonly tap?: Tap | undefined;
  /** Which run of the program for the frame, from 0 (which it is where absent). */
  readonly run?: number | undefined;
  /** From which channel on, and how many; all where absent. */
  readonly channels?: readonly [first: number, count: number] | undefined;
}

/** Something that a network can show for a frame. */
export interface Look extends LookCondition {
  readonly name: LookName;
  readonly title: string;
  /** The program that computes it or works on it. */
  readonly program: NetworkProgram;
  readonly parts: readonly LookPart[];
}

/** Flow from the middle frame to both neighbours, as the program `align` takes it. */
export const FLOW_LOOK: Look = {
  name: 'flow',
  title: 'Optical flow in pixels (x, y), from the frame to its neighbours',
  program: 'align',
  stage: 'last',
  parts: [
    { label: 'previous', tensor: 'flow_previous' },
    { label: 'next', tensor: 'flow_next' },
  ],
};

/** The result of stage 1, as the second stage takes it by way of a program. */
export function stageOneLook(program: NetworkProgram): Look {
  const parts = [{ label: 'middle', tensor: 'middle' } as const];
  return { name: 'stage1', title: 'The result of stage 1', program, stage: 'second', parts };
}

/** How clear and alike the frames are around each pixel: a channel of what `align` gives. */
export function priorLook(channel: number): Look {
  const parts = [{ label: 'middle', tensor: 'aligned', channels: [channel, 1] } as const];
  return { name: 'prior', title: 'Temporal sharpness prior', program: 'align', stage: 'last', parts };
}

/** Makes outputs of the values that looks need from a program's graph; without any, the graph stays as it is. */
export function exposeLooks(graph: Graph, program: NetworkProgram, looks: readonly Look[] = []): Graph {
  const parts = looks.filter((look) => look.program === program).flatMap((look) => look.parts);
  const shapes = graph.shapes();
  const exposed = new Set<string>();
  for (const { tensor, tap } of parts) {
    if (tap === undefined || exposed.has(tensor)) continue;
    const name = graph.nodes.filter(({ opType }) => opType === tap.operator)[tap.nth]?.outputs[0];
    const dims = name === undefined ? undefined : shapes.get(name);
    if (name === undefined || dims === undefined)
      throw new Error(`The graph "${graph.name}" has no ${tap.operator} ${tap.nth}.`);
    graph.output(tensor, { graph, name, dims, type: 'float32' });
    exposed.add(tensor);
  }
  return graph;
}
