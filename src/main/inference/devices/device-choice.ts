import { AcutanceError } from '../../../shared/errors.ts';
import { DEVICE_IDS } from '../runtime.ts';
import type { DeviceChoice, DeviceId, DeviceReport, Runtime } from '../runtime.ts';

/**
 * The order in which `auto` tries devices. Core ML is left out: it takes over only parts of a graph, so that it may
 * be slower than the CPU alone, and must be asked for.
 */
const AUTO_ORDER: readonly DeviceId[] = ['cuda', 'webgpu', 'dml', 'cpu'];

export interface ChosenDevice {
  readonly device: DeviceId;
  readonly name: string | undefined;
  /** Why `auto` passed over the devices before this one, a line each; empty when one was asked for. */
  readonly passedOver: readonly string[];
}

/** Which body of the special layers a device can run. WebGPU has no GridSample. */
export function loweringFor(device: DeviceId): 'standard' | 'webgpu' {
  return device === 'webgpu' ? 'webgpu' : 'standard';
}

/**
 * Settles which device is used. A device that was asked for by name is used or refused, never replaced.
 * @throws AcutanceError `device-unavailable` with the reason; `usage` for an unknown name.
 */
export async function chooseDevice(runtime: Runtime, choice: DeviceChoice): Promise<ChosenDevice> {
  if (choice !== 'auto') return named(runtime, choice);
  const passedOver: string[] = [];
  for (const device of AUTO_ORDER) {
    const report = await runtime.device(device);
    if (report.usable && !report.software) return { device, name: report.name, passedOver };
    passedOver.push(`${device}: ${report.reason ?? 'cannot be used'}`);
  }
  throw new AcutanceError('device-unavailable', 'No device can be used, not even the CPU.', {
    hint: 'Reinstall with `npm install`; ONNX Runtime seems to be broken.',
  });
}

async function named(runtime: Runtime, device: DeviceId): Promise<ChosenDevice> {
  if (!DEVICE_IDS.includes(device)) {
    throw new AcutanceError('usage', `There is no device "${device}".`, {
      hint: `Choose one of auto, ${DEVICE_IDS.join(', ')}.`,
    });
  }
  const report: DeviceReport = await runtime.device(device);
  if (!report.usable) {
    throw new AcutanceError(
      'device-unavailable',
      `The device "${device}" cannot be used: ${report.reason ?? ''}.`,
      {
        hint: 'See `npx acutance devices` for what can be used here, or use --device auto.',
      },
    );
  }
  return { device, name: report.name, passedOver: [] };
}
