import type * as OnnxRuntime from 'onnxruntime-node';

export type OnnxRuntimeModule = typeof OnnxRuntime;

/**
 * Loads ONNX Runtime with its telemetry switched off. Since 1.29 the official Linux build reports every session to
 * its vendor and keeps a database in the user's cache folder unless this variable is set before the library is loaded.
 */
export async function loadOnnxRuntime(): Promise<OnnxRuntimeModule> {
  process.env['ORT_DISABLE_TELEMETRY'] = '1';
  return import('onnxruntime-node');
}
