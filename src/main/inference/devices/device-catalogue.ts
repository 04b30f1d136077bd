import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { DEVICE_IDS } from '../runtime.ts';
import type { DeviceId, DeviceReport } from '../runtime.ts';
import { cpuName } from './cpu-topology.ts';
import { childProcessProbe } from './device-probe.ts';
import type { DeviceProbe, ProbeResult } from './device-probe.ts';
import { graphicsNames } from './hardware-names.ts';

/** What the catalogue asks of the machine; tests answer in its place. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  readonly probe: DeviceProbe;
  cpuName(): string;
  graphicsNames(): Promise<readonly string[]>;
  /** Whether the separately installed CUDA library lies beside ONNX Runtime. */
  cudaInstalled(): boolean;
}

/** Finds out which devices can be used. Results are kept: hardware does not come and go during a session. */
export class DeviceCatalogue {
  readonly #machine: Machine;
  readonly #reports = new Map<DeviceId, Promise<DeviceReport>>();

  constructor(machine: Machine = thisMachine()) {
    this.#machine = machine;
  }

  devices(): Promise<readonly DeviceReport[]> {
    return Promise.all(DEVICE_IDS.map((device) => this.device(device)));
  }

  device(device: DeviceId): Promise<DeviceReport> {
    const known = this.#reports.get(device);
    if (known !== undefined) return known;
    const report = this.#examine(device);
    this.#reports.set(device, report);
    return report;
  }

  async #examine(device: DeviceId): Promise<DeviceReport> {
    if (device === 'cpu') return usable(device, this.#machine.cpuName());
    const missing = this.#missing(device);
    if (missing !== undefined) return unusable(device, missing);
    const [result, names] = await Promise.all([this.#machine.probe(device), this.#machine.graphicsNames()]);
    if (!result.usable) return unusable(device, probeReason(device, result.error ?? 'no reason was given'));
    const name = device === 'cuda' ? names.find((entry) => entry.includes('NVIDIA')) : names[0];
    if (device === 'webgpu' && this.#isSoftware(result, names)) {
      const reason = 'works, but the adapter is a program running on the CPU; the device "cpu" is faster';
      return { device, name: 'software renderer', usable: true, software: true, reason };
    }
    return usable(device, name);
  }

  #missing(device: DeviceId): string | undefined {
    const { platform, arch } = this.#machine;
    if (device === 'dml' && platform !== 'win32') return 'DirectML exists on Windows only';
    if (device === 'coreml' && platform !== 'darwin') return 'Core ML exists on macOS only';
    if (device !== 'cuda') return undefined;
    if (platform !== 'linux' || arch !== 'x64')
      return 'ONNX Runtime for Node offers CUDA on 64-bit PCs with Linux only';
    if (!this.#machine.cudaInstalled()) {
      return "ONNX Runtime's CUDA library is not installed: run `npm run install:cuda`";
    }
    return undefined;
  }

  /** A real card is worked through its device file; a software renderer opens none. Elsewhere names must do. */
  #isSoftware(result: ProbeResult, names: readonly string[]): boolean {
    if (this.#machine.platform === 'linux') return result.deviceFiles.length === 0;
    return (
      names.length > 0 && names.every((name) => /basic (render|display)|swiftshader|llvmpipe/i.test(name))
    );
  }
}

function usable(device: DeviceId, name: string | undefined): DeviceReport {
  return { device, name, usable: true, software: false, reason: undefined };
}

function unusable(device: DeviceId, reason: string): DeviceReport {
  return { device, name: undefined, usable: false, software: false, reason };
}

function probeReason(device: DeviceId, error: string): string {
  if (/adapter/i.test(error))
    return 'no graphics adapter with a working driver was found (on Linux: a Vulkan driver)';
  if (device === 'cuda' && /load(ing)?\b.*librar|cannot open shared object/i.test(error)) {
    return 'a CUDA library could not be loaded: CUDA 12, cuDNN 9 and an NVIDIA driver are needed';
  }
  return `a small test failed: ${error.split('\n', 1)[0]?.slice(0, 200) ?? ''}`;
}

function thisMachine(): Machine {
  return {
    platform: process.platform,
    arch: process.arch,
    probe: childProcessProbe(),
    cpuName,
    graphicsNames,
    cudaInstalled() {
      const main = createRequire(import.meta.url).resolve('onnxruntime-node');
      const folder = path.join(path.dirname(main), '../bin/napi-v6', process.platform, process.arch);
      return existsSync(path.join(folder, 'libonnxruntime_providers_cuda.so'));
    },
  };
}
