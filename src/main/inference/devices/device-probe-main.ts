/**
 * Runs in a process of its own: tries one device with a tiny graph and prints one line of JSON. A graphics driver
 * may crash or hang, and then it takes only this process with it. Usage: device-probe-main.ts DEVICE
 * Under Electron the result is a message instead.
 */
import { readdirSync, readlinkSync } from 'node:fs';
import { loadOnnxRuntime } from '../load-onnxruntime.ts';
import { parentPort } from '../parent-port.ts';
import { PROBE_DIMS, PROBE_MODEL } from './probe-model.ts';

export interface ProbeResult {
  readonly usable: boolean;
  readonly error?: string;
  /** Device files of graphics hardware that were open while the session lived (Linux only). */
  readonly deviceFiles: readonly string[];
}

const device = process.argv[2] ?? 'cpu';
const result = await probe(device);
const caller = parentPort();
if (caller) caller.postMessage(result);
else process.stdout.write(`\n${JSON.stringify(result)}\n`);

async function probe(name: string): Promise<ProbeResult> {
  try {
    const ort = await loadOnnxRuntime();
    const session = await ort.InferenceSession.create(PROBE_MODEL, {
      executionProviders: [name],
      logSeverityLevel: 4,
    });
    const input = new ort.Tensor('float32', Float32Array.of(1, 2, 3, 4), PROBE_DIMS);
    const output = (await session.run({ x: input }))['y'];
    const values = [...((output?.data ?? []) as Float32Array)];
    const deviceFiles = openDeviceFiles();
    await session.release();
    if (values.join() === '1,4,9,16') return { usable: true, deviceFiles };
    return { usable: false, error: `it computed ${values.join()} where 1,4,9,16 was right`, deviceFiles };
  } catch (thrown) {
    return {
      usable: false,
      error: thrown instanceof Error ? thrown.message : String(thrown),
      deviceFiles: [],
    };
  }
}

function openDeviceFiles(): string[] {
  if (process.platform !== 'linux') return [];
  const files = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return '';
    }
  });
  return [...new Set(files.filter((file) => /^\/dev\/(dri\/|nvidia|dxg|kfd|mali)/.test(file)))];
}
