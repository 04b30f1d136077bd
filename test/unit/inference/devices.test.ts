import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { coresFromSiblings } from '../../../src/main/inference/devices/cpu-topology.ts';
import { DeviceCatalogue } from '../../../src/main/inference/devices/device-catalogue.ts';
import type { Machine } from '../../../src/main/inference/devices/device-catalogue.ts';
import { chooseDevice, loweringFor } from '../../../src/main/inference/devices/device-choice.ts';
import { childProcessProbe, parseProbeOutput } from '../../../src/main/inference/devices/device-probe.ts';
import { parseSystemProfiler } from '../../../src/main/inference/devices/hardware-names.ts';
import { OnnxRuntimeRuntime } from '../../../src/main/inference/onnxruntime-runtime.ts';

const NO_ADAPTER =
  'webgpu_context.cc:136 adapter_result.status == wgpu::RequestAdapterStatus::Success was false. ' +
  'Failed to get a WebGPU adapter: No supported adapters';

function machine(overrides: Partial<Machine> = {}): Machine {
  return {
    platform: 'linux',
    arch: 'x64',
    probe: () => Promise.resolve({ usable: false, error: NO_ADAPTER, deviceFiles: [] }),
    cpuName: () => 'Test CPU',
    graphicsNames: () => Promise.resolve([]),
    cudaInstalled: () => false,
    ...overrides,
  };
}

function runtimeOn(overrides: Partial<Machine> = {}): OnnxRuntimeRuntime {
  return new OnnxRuntimeRuntime(new DeviceCatalogue(machine(overrides)));
}

const withGpu: Partial<Machine> = {
  probe: () => Promise.resolve({ usable: true, deviceFiles: ['/dev/dri/renderD128'] }),
  graphicsNames: () => Promise.resolve(['AMD graphics (device 744c)']),
};

const withSoftwareRenderer: Partial<Machine> = {
  probe: () => Promise.resolve({ usable: true, deviceFiles: [] }),
};

describe('the list of devices', () => {
  it('names every device, with a reason of one line for each that cannot be used', async () => {
    const reports = await runtimeOn().devices();
    expect(reports.map((report) => report.device)).toEqual(['cpu', 'webgpu', 'cuda', 'dml', 'coreml']);
    expect(reports[0]).toMatchObject({ name: 'Test CPU', usable: true });
    for (const report of reports.slice(1)) {
      expect(report.usable).toBe(false);
      expect(report.reason).toMatch(/^[^\n]{10,160}$/);
    }
    expect(reports[1]?.reason).toMatch(/no graphics adapter/);
    expect(reports[2]?.reason).toMatch(/npm run install:cuda/);
  });

  it('names the graphics card that was tried', async () => {
    expect(await runtimeOn(withGpu).device('webgpu')).toMatchObject({
      name: 'AMD graphics (device 744c)',
      usable: true,
      software: false,
    });
  });

  it('recognises a renderer that is a program on the CPU', async () => {
    const report = await runtimeOn(withSoftwareRenderer).device('webgpu');
    expect(report).toMatchObject({ usable: true, software: true });
    const warp = { ...withSoftwareRenderer, platform: 'win32' as const };
    const names = (...list: string[]) => ({ ...warp, graphicsNames: () => Promise.resolve(list) });
    expect((await runtimeOn(names('Microsoft Basic Render Driver')).device('webgpu')).software).toBe(true);
    expect(
      (await runtimeOn(names('Microsoft Basic Render Driver', 'Intel Arc')).device('webgpu')).software,
    ).toBe(false);
  });

  it('tries each device once', async () => {
    let tries = 0;
    const runtime = runtimeOn({
      probe: () => Promise.resolve({ usable: ++tries > 0, deviceFiles: ['/dev/nvidia0'] }),
    });
    await runtime.devices();
    await runtime.device('webgpu');
    expect(tries).toBe(1);
  });
});

describe('choosing a device', () => {
  it('takes the graphics card for auto, and the CPU where there is none', async () => {
    expect((await chooseDevice(runtimeOn(withGpu), 'auto')).device).toBe('webgpu');
    expect((await chooseDevice(runtimeOn(), 'auto')).device).toBe('cpu');
  });

  it('passes over a software renderer for auto and says so, but uses it when asked', async () => {
    const runtime = runtimeOn(withSoftwareRenderer);
    const chosen = await chooseDevice(runtime, 'auto');
    expect(chosen.device).toBe('cpu');
    expect(chosen.passedOver.join('\n')).toMatch(/webgpu: .*program running on the CPU/);
    expect((await chooseDevice(runtime, 'webgpu')).device).toBe('webgpu');
  });

  it('never replaces a device that was asked for by name', async () => {
    for (const device of ['webgpu', 'cuda', 'dml', 'coreml'] as const) {
      await expect(chooseDevice(runtimeOn(), device)).rejects.toMatchObject({
        code: 'device-unavailable',
        message: expect.stringContaining(`"${device}" cannot be used: `) as string,
      });
    }
  });

  it('refuses a name that is no device', async () => {
    await expect(chooseDevice(runtimeOn(), 'gpu' as 'cpu')).rejects.toMatchObject({ code: 'usage' });
  });

  it('gives WebGPU the bodies it can run', () => {
    expect([loweringFor('webgpu'), loweringFor('cuda'), loweringFor('cpu')]).toEqual([
      'webgpu',
      'standard',
      'standard',
    ]);
  });
});

describe('trying a device in a child process', () => {
  it('finds the CPU working', async () => {
    expect(await childProcessProbe()('cpu')).toEqual({ usable: true, deviceFiles: [] });
  });

  it('survives a device that ONNX Runtime does not have', async () => {
    const device = process.platform === 'win32' ? 'coreml' : 'dml';
    expect(await childProcessProbe()(device)).toMatchObject({ usable: false });
  });

  it('gives up on a driver that hangs', async () => {
    const hangs = fileURLToPath(new URL('./support/hanging-probe.ts', import.meta.url));
    expect(await childProcessProbe(hangs, 300)('webgpu')).toMatchObject({
      error: 'its driver did not answer',
    });
  });

  it('survives a driver that crashes', async () => {
    const crashes = fileURLToPath(new URL('./support/crashing-probe.ts', import.meta.url));
    expect(await childProcessProbe(crashes)('webgpu')).toMatchObject({
      usable: false,
      error: expect.stringMatching(/crashed|without an answer/) as string,
    });
  });

  it('finds the answer among the warnings of drivers', () => {
    const output = 'MESA: warning\n{"usable":true,"deviceFiles":[]}\nlate warning\n';
    expect(parseProbeOutput(output)).toEqual({ usable: true, deviceFiles: [] });
    expect(parseProbeOutput('Segmentation fault')).toBeUndefined();
  });
});

describe('what the system tells about its hardware', () => {
  it('counts cores, not the threads that share one, and never more than this process may use', () => {
    expect(coresFromSiblings(['0,4', '1,5', '0,4', '1,5'], 4)).toBe(2);
    expect(coresFromSiblings(['0', '1', '2', '3'], 2)).toBe(2);
    expect(coresFromSiblings([], 6)).toBe(6);
  });

  it('reads the names of graphics processors on macOS', () => {
    expect(parseSystemProfiler('{"SPDisplaysDataType":[{"sppci_model":"Apple M3"},{}]}')).toEqual([
      'Apple M3',
    ]);
    expect(parseSystemProfiler('')).toEqual([]);
  });
});
