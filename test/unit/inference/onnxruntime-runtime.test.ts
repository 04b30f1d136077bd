import { readdirSync, readlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PROBE_DIMS, PROBE_MODEL } from '../../../src/main/inference/devices/probe-model.ts';
import { OnnxRuntimeRuntime } from '../../../src/main/inference/onnxruntime-runtime.ts';

/** `y = x * x` on 2 x 2 values. */
const square = (options = {}) => new OnnxRuntimeRuntime().createSession(PROBE_MODEL, 'cpu', options);
const input = { data: Float32Array.of(1, 2, 3, 4), dims: PROBE_DIMS };

describe('the ONNX Runtime session', () => {
  it('runs a graph and knows its names and shapes', async () => {
    const session = await square();
    expect(session.inputNames).toEqual(['x']);
    expect(session.outputs).toEqual([{ name: 'y', dims: PROBE_DIMS }]);
    const { y } = await session.run({ x: input });
    expect([...(y?.data ?? [])]).toEqual([1, 4, 9, 16]);
    await session.dispose();
    await session.dispose();
  });

  it('writes into buffers it is given', async () => {
    const session = await square();
    const y = { data: new Float32Array(4), dims: PROBE_DIMS };
    const result = await session.run({ x: input }, { outputs: { y } });
    expect(result['y']).toBe(y);
    expect([...y.data]).toEqual([1, 4, 9, 16]);
    await session.dispose();
  });

  it('does not start a run that was cancelled', async () => {
    const session = await square();
    await expect(session.run({ x: input }, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'cancelled',
    });
    await session.dispose();
  });

  it("passes on ONNX Runtime's reason when a run fails", async () => {
    const session = await square();
    const wrong = { data: new Float32Array(6), dims: [1, 1, 2, 3] };
    await expect(session.run({ x: wrong })).rejects.toMatchObject({
      code: 'inference-failed',
      message: expect.stringMatching(/invalid dimensions/i) as string,
    });
    await session.dispose();
  });

  it('refuses bytes that are no graph, and a device this build does not have', async () => {
    const runtime = new OnnxRuntimeRuntime();
    await expect(runtime.createSession(Uint8Array.of(1, 2, 3), 'cpu')).rejects.toMatchObject({
      code: 'inference-failed',
    });
    const elsewhere = process.platform === 'win32' ? 'coreml' : 'dml';
    await expect(runtime.createSession(PROBE_MODEL, elsewhere)).rejects.toMatchObject({
      code: 'device-unavailable',
    });
  });

  it.skipIf(process.platform !== 'linux')('keeps no telemetry database open', async () => {
    const session = await square();
    const open = readdirSync('/proc/self/fd').map((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`);
      } catch {
        return '';
      }
    });
    expect(open.filter((file) => /\.onnxruntime\/|mat-debug/.test(file))).toEqual([]);
    await session.dispose();
  });
});
