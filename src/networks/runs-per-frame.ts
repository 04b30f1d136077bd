import type { Network, NetworkProgram, NetworkSetup } from './network.ts';

/**
 * What a network costs: how often each of its graphs runs for one more frame of a clip, however long the clip is. What
 * neighbouring windows share (features of a frame, results of a stage) is computed once. The ends of a clip add a few
 * runs, or save some; self-ensemble takes all of them as often as it has members; a frame that is cut into tiles takes
 * `reconstruct` once for each.
 */
export function runsPerFrame(
  network: Network,
  setup: NetworkSetup,
): Readonly<Partial<Record<NetworkProgram, number>>> {
  const costs = network.programs(setup).map((program) => [program, runsOf(program, network, setup)] as const);
  return Object.fromEntries(costs);
}

function runsOf(program: NetworkProgram, network: Network, { stages }: NetworkSetup): number {
  // One result and its flow to the frame before; or stage 1 and stage 2, which are graphs of their own.
  if (network.schedule !== 'cascade') return 1;
  // Towards the frame before and the one after.
  return program === 'flow' || program === 'deform' ? 2 * stages : stages;
}
