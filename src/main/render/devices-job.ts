import type { DevicesResult } from '../../shared/devices.ts';
import { OnnxRuntimeRuntime } from '../inference/onnxruntime-runtime.ts';
import type { JobContext } from './engine-server.ts';

/** Lists every device that is known, usable or not. */
export async function runDevices(_request: object, context: JobContext): Promise<DevicesResult> {
  context.phase('loading');
  const devices = await new OnnxRuntimeRuntime().devices();
  context.signal.throwIfAborted();
  return { devices };
}
