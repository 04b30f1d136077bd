import { AcutanceError } from '../../shared/errors.ts';

const OUT_OF_MEMORY = /bad_alloc|failed to allocate|out of memory|alloc.*failed|OutOfMemory|device lost/i;
const NO_DEVICE =
  /adapter|OrtSessionOptionsAppendExecutionProvider|backend not found|provider.*(not|failed)/i;

/** Turns whatever ONNX Runtime threw while `doing` into an error with a code and a hint. */
export function inferenceError(thrown: unknown, doing: string): AcutanceError {
  if (thrown instanceof AcutanceError) return thrown;
  const detail = firstLine(thrown);
  if (OUT_OF_MEMORY.test(detail)) {
    return new AcutanceError('out-of-memory', `Memory ran out while ${doing}: ${detail}`, {
      hint: 'Close other programs, or choose smaller tiles with --tile.',
      cause: thrown,
    });
  }
  return new AcutanceError('inference-failed', `ONNX Runtime failed while ${doing}: ${detail}`, {
    hint: 'Try another device (--device cpu); if it fails there too, please report it with this message.',
    cause: thrown,
  });
}

/** As `inferenceError`, for loading a graph, where a device that is not there shows itself as well. */
export function sessionError(thrown: unknown, device: string): AcutanceError {
  if (!(thrown instanceof AcutanceError) && device !== 'cpu' && NO_DEVICE.test(firstLine(thrown))) {
    return new AcutanceError(
      'device-unavailable',
      `The device "${device}" cannot be used: ${firstLine(thrown)}`,
      {
        hint: 'See `npx acutance devices` for what can be used here, or use --device cpu.',
        cause: thrown,
      },
    );
  }
  return inferenceError(thrown, `loading a graph on ${device}`);
}

/** @throws AcutanceError `cancelled` when the signal has fired. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new AcutanceError('cancelled', 'Deblurring was cancelled.');
}

/** ONNX Runtime prefixes messages with source paths and signatures of its build machine; users need the end. */
function firstLine(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const line = message.split('\n', 1)[0] ?? '';
  return line.replace(/^\S*onnxruntime_src\S*\s.*?\bwas false\.\s*/, '').trim();
}
