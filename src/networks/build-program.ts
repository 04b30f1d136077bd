import type { ParameterSpec } from '../shared/tensor.ts';
import type { Graph } from './graph/graph.ts';
import { serialise } from './graph/serialise.ts';
import { exposeLooks } from './looks.ts';
import { entryOf, type NetworkProgram, type NetworkSize, type ProgramRequest } from './network.ts';

/** What a graph depends on; its parameters' values come later. */
export type GraphRequest<Size extends NetworkSize = NetworkSize> = Omit<ProgramRequest<Size>, 'parameters'>;

/** The programs of a network, in the order in which its parameters are listed. */
export type Programs<Size extends NetworkSize = NetworkSize> = Readonly<
  Partial<Record<NetworkProgram, (request: GraphRequest<Size>) => Graph>>
>;

/** Frame size, in pixels, of the graphs that parameters are read from: they don't depend on it. */
const EXAMPLE = { height: 64, width: 64, alignCorners: true, lowering: 'standard' } as const;

/** `Network.buildModel` from a table of programs. @throws Error for a program that is not in the table */
export function buildProgram<Size extends NetworkSize>(
  programs: Programs<Size>,
  request: ProgramRequest<Size>,
): Uint8Array {
  const { program, looks, parameters } = request;
  const graph = entryOf(programs, program)(request);
  return serialise(exposeLooks(graph, program, looks), parameters);
}

/** The parameters of all programs; one that two of them share is listed for each. */
export function parametersOf<Size extends NetworkSize>(
  programs: Programs<Size>,
  setup: Pick<GraphRequest<Size>, 'size' | 'stage' | 'options'>,
): ParameterSpec[] {
  return (Object.keys(programs) as NetworkProgram[]).flatMap((program) => [
    ...entryOf(programs, program)({ ...EXAMPLE, ...setup, program }).parameters,
  ]);
}
