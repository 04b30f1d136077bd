import type {
  DeviceId,
  DeviceReport,
  RunOptions,
  Runtime,
  Session,
} from '../../../../src/main/inference/runtime.ts';
import type { Network, NetworkProgram, ProgramRequest } from '../../../../src/networks/network.ts';
import type { Tensor } from '../../../../src/shared/tensor.ts';

type Plan = Omit<ProgramRequest, 'parameters'>;
type Feeds = Readonly<Record<string, Tensor>>;

/**
 * A cascade small enough to follow by hand. Its "flow" is nothing, its "alignment" stacks the three frames, and its
 * "reconstruction" is, per channel, `(previous + 2 * middle + next) / 4` summed over 3 x 3 pixels with weights 1 around and 8
 * in the centre (zero outside the frame), divided by 16: it sees one pixel around.
 */
export const fakeNetwork: Network = {
  id: 'cdvd-tsp',
  title: 'Fake',
  schedule: 'cascade',
  alignment: 'flow',
  stageWeights: 'shared',
  sizes: ['paper'],
  paperSize: 'paper',
  defaultSize: 'paper',
  stages: { min: 1, max: 3, default: 2 },
  options: {},
  parts: [],
  programs: () => ['features', 'flow', 'align', 'reconstruct'],
  context: ({ stages }) => ({ before: stages, after: stages }),
  parameters: () => [{ name: 'weight', dims: [4] }],
  frameMultiple: () => 4,
  frameMinimum: () => 1,
  alignedChannels: 10,
  reconstructionMargin: () => 1,
  bytesPerPixel: (program) => (program === 'reconstruct' ? 1000 : 10),
  buildModel({ parameters, ...plan }) {
    parameters('weight', [4]);
    return new TextEncoder().encode(JSON.stringify(plan));
  },
};

/** Runs `fakeNetwork` in JavaScript and keeps a record. */
export class FakeRuntime implements Runtime {
  readonly id = 'fake';
  readonly loaded: Plan[] = [];
  readonly runs: NetworkProgram[] = [];
  open = 0;
  /** Called with the result of every run, to spoil it. */
  spoil: (program: NetworkProgram, output: Float32Array, run: number) => void = () => undefined;

  devices(): Promise<readonly DeviceReport[]> {
    return Promise.resolve([]);
  }

  device(device: DeviceId): Promise<DeviceReport> {
    return Promise.resolve({ device, name: 'fake', usable: true, software: false, reason: undefined });
  }

  createSession(model: Uint8Array): Promise<Session> {
    const plan = JSON.parse(new TextDecoder().decode(model)) as Plan;
    this.loaded.push(plan);
    this.open++;
    const outputs = OUTPUTS[plan.program]!(plan);
    return Promise.resolve({
      inputNames: [],
      outputNames: outputs.map(({ name }) => name),
      outputs,
      run: async (feeds: Feeds, options?: RunOptions) => {
        await Promise.resolve();
        options?.signal?.throwIfAborted();
        this.runs.push(plan.program);
        const result = options?.outputs ?? {};
        COMPUTE[plan.program]!(feeds, result, plan);
        const output = result[outputs[0]?.name ?? '']?.data ?? new Float32Array();
        this.spoil(plan.program, output, this.runs.filter((program) => program === plan.program).length - 1);
        return result;
      },
      dispose: () => {
        this.open--;
        return Promise.resolve();
      },
    });
  }

  count(program: NetworkProgram): number {
    return this.runs.filter((run) => run === program).length;
  }
}

const OUTPUTS: Partial<Record<NetworkProgram, (plan: Plan) => { name: string; dims: number[] }[]>> = {
  features: () => [2, 3].map((level) => ({ name: `level${level}`, dims: [1, 1, 1, 1] })),
  flow: ({ height, width }) => [{ name: 'flow', dims: [1, 2, height, width] }],
  align: ({ height, width }) => [{ name: 'aligned', dims: [1, 10, height, width] }],
  reconstruct: ({ height, width }) => [{ name: 'restored', dims: [1, 3, height, width] }],
};

const COMPUTE: Partial<Record<NetworkProgram, (feeds: Feeds, outputs: Feeds, plan: Plan) => void>> = {
  features(feeds, outputs) {
    for (const level of ['level2', 'level3']) data(outputs, level)[0] = data(feeds, 'frame')[0] ?? 0;
  },
  flow(feeds, outputs) {
    const difference = (data(feeds, 'neighbour2')[0] ?? 0) - (data(feeds, 'reference3')[0] ?? 0);
    data(outputs, 'flow').fill(difference);
  },
  align(feeds, outputs, { height, width }) {
    const plane = 3 * height * width;
    const aligned = data(outputs, 'aligned');
    aligned.set(data(feeds, 'previous'), 0);
    aligned.set(data(feeds, 'middle'), plane);
    aligned.set(data(feeds, 'next'), 2 * plane);
    aligned.fill((data(feeds, 'flow_previous')[0] ?? 0) + (data(feeds, 'flow_next')[0] ?? 0), 3 * plane);
  },
  reconstruct(feeds, outputs, { height, width }) {
    data(outputs, 'restored').set(reconstruct(data(feeds, 'aligned'), height, width));
  },
};

function reconstruct(aligned: Float32Array, height: number, width: number): Float32Array {
  const plane = height * width;
  const at = (channel: number, y: number, x: number) =>
    y < 0 || x < 0 || y >= height || x >= width ? 0 : (aligned[channel * plane + y * width + x] ?? 0);
  const mixed = (channel: number, y: number, x: number) =>
    (at(channel, y, x) + 2 * at(channel + 3, y, x) + at(channel + 6, y, x)) / 4;
  return Float32Array.from({ length: 3 * plane }, (_, index) => {
    const channel = Math.floor(index / plane);
    const y = Math.floor((index % plane) / width);
    const x = index % width;
    let sum = 7 * mixed(channel, y, x);
    for (let dy = -1; dy <= 1; dy++) for (let dx = -1; dx <= 1; dx++) sum += mixed(channel, y + dy, x + dx);
    return sum / 16;
  });
}

function data(tensors: Feeds, name: string): Float32Array {
  const tensor = tensors[name];
  if (tensor === undefined) throw new Error(`"${name}" is missing`);
  return tensor.data;
}
