/**
 * A process that runs one network on made-up frames of one size and does nothing else, so that its peak memory is the
 * network's. Takes a `NetworkRunRequest` as its argument, prints a `NetworkRun`, both as JSON.
 */
import { setImmediate } from 'node:timers/promises';
import { findNetwork } from '../../../src/networks/catalogue.ts';
import { createDeblurrer } from '../../../src/main/inference/deblurrer.ts';
import type { Deblurrer } from '../../../src/main/inference/deblurrer.ts';
import { readCheckpointFile } from '../../../src/main/inference/weights/checkpoint-file.ts';
import { parameterSource } from '../../../src/main/inference/weights/parameter-source.ts';
import { AcutanceError } from '../../../src/shared/errors.ts';
import { movingPattern } from '../../unit/inference/support/made-up-weights.ts';
import type { MeasuredRun, NetworkRun, NetworkRunRequest } from './network-run.ts';
import { SkippingRuntime } from './skipping-runtime.ts';

/** Frames of the pattern, over and over. */
const PATTERN = 4;
/** Results at the start of a clip that cost more or less than those that follow: its neighbours there are mirrored. */
const LEAD = 2;

async function run(request: NetworkRunRequest): Promise<MeasuredRun> {
  const { size, stages, height, width, profilePrefix } = request;
  const network = findNetwork(request.network);
  if (network === undefined) throw new Error(`There is no network ${request.network}.`);
  const { checkpoint } = await readCheckpointFile(request.weights);
  const parameters = parameterSource(
    new Map([...checkpoint.tensors].map(([name, tensor]) => [name, tensor.toFloat32()])),
  );
  const runtime = new SkippingRuntime();
  const deblurrer = await createDeblurrer({
    ...{ network, size, stages, height, width, device: 'cpu', runtime },
    weights: { parameters, alignCorners: true },
    ...(profilePrefix === undefined ? {} : { sessionOptions: { profilePrefix } }),
  });
  const pattern = movingPattern(PATTERN, height, width);
  async function* clip() {
    for (let index = 0; ; index++) {
      await setImmediate();
      yield pattern[index % PATTERN]!;
    }
  }
  runtime.skips = !request.warmsUp;
  let frames = -LEAD;
  let runs = runsOf(deblurrer);
  let start = 0;
  let seconds = 0;
  try {
    const results = deblurrer.process(clip());
    while ((await results.next()).done !== true) {
      frames++;
      seconds = (performance.now() - start) / 1000;
      if (frames > 0 && seconds >= request.seconds) break;
      if (frames !== 0) continue;
      runtime.skips = false;
      runs = runsOf(deblurrer);
      start = performance.now();
    }
    await results.return();
    const { tiles } = deblurrer.statistics;
    const measured = Object.entries(runsOf(deblurrer)).map(([program, count]) => [
      program,
      (count - (runs[program] ?? 0)) / frames,
    ]);
    return {
      secondsPerFrame: seconds / frames,
      runsPerFrame: Object.fromEntries(measured) as Record<string, number>,
      tile: { height: tiles.height, width: tiles.width },
      peakBytes: 1024 * process.resourceUsage().maxRSS,
    };
  } finally {
    await deblurrer.dispose();
  }
}

function runsOf(deblurrer: Deblurrer): Record<string, number> {
  const entries = Object.entries(deblurrer.statistics.programs);
  return Object.fromEntries(entries.map(([program, { runs }]) => [program, runs]));
}

/** Frames that this machine has too little memory for are a result too. */
async function runOrRefuse(request: NetworkRunRequest): Promise<NetworkRun> {
  try {
    return await run(request);
  } catch (thrown) {
    if (!(thrown instanceof AcutanceError) || thrown.code !== 'out-of-memory') throw thrown;
    return { refusal: thrown.message };
  }
}

process.stdout.write(
  JSON.stringify(await runOrRefuse(JSON.parse(process.argv[2] ?? '') as NetworkRunRequest)),
);
