import { AcutanceError } from '../../shared/errors.ts';
import { memorySource } from './byte-source.ts';
import type { ByteSource } from './byte-source.ts';
import { unreadable } from './checkpoint-errors.ts';
import type { Checkpoint } from './checkpoint.ts';
import { looksLikeSafetensors, readSafetensors } from './safetensors-reader.ts';
import { looksLikePickle, readTorchLegacy } from './torch-legacy-reader.ts';
import { readTorchZip } from './torch-zip-reader.ts';

const HEAD_BYTES = 512;

function isZip(head: Uint8Array): boolean {
  const [p, k, third, fourth] = head;
  if (p !== 0x50 || k !== 0x4b) return false;
  return (third === 3 && fourth === 4) || (third === 5 && fourth === 6);
}

function isTar(head: Uint8Array): boolean {
  return new TextDecoder('latin1').decode(head.subarray(257, 262)) === 'ustar';
}

async function readByContent(source: ByteSource): Promise<Checkpoint> {
  if (source.size === 0) throw unreadable('is empty');
  const head = await source.read(0, Math.min(HEAD_BYTES, source.size));
  if (looksLikeSafetensors(head)) return await readSafetensors(source);
  if (isZip(head)) return await readTorchZip(source);
  if (isTar(head)) {
    throw unreadable('is a tar archive, the form PyTorch used before version 0.1.10', {
      hint: 'Load it with PyTorch and save the state_dict again: torch.save(model.state_dict(), "weights.pth").',
    });
  }
  if (looksLikePickle(head)) return await readTorchLegacy(source);
  throw unreadable('is not a weight file: neither safetensors nor PyTorch', {
    hint: 'Weights come as .safetensors or as PyTorch .pth, .pt or .pytorch; a file that is renamed stays what it is.',
  });
}

/**
 * Reads weights from a `.safetensors` file or from a PyTorch file (zip or legacy format). The kind is told by content,
 * never by name. Nothing is executed: a PyTorch file is a pickle, and of that only plain data, tensors and the names
 * in `torch-globals.ts` are accepted.
 *
 * @param label what messages call the file: its path.
 * @throws AcutanceError `weights-refused` where the file asks for anything else, `weights-unreadable` where it is
 * damaged, cut short or of another kind.
 */
export async function readCheckpoint(source: ByteSource | Uint8Array, label: string): Promise<Checkpoint> {
  try {
    return await readByContent(source instanceof Uint8Array ? memorySource(source) : source);
  } catch (error) {
    if (!(error instanceof AcutanceError)) throw error;
    throw new AcutanceError(error.code, `${label} ${error.message}`, {
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      cause: error.cause,
    });
  }
}
