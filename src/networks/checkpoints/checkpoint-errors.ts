import { AcutanceError } from '../../shared/errors.ts';

const DOWNLOAD_AGAIN =
  'Download or export the weights again, and compare the size with the one the author states.';
const SAVE_STATE_DICT =
  'If you trust the file, open it in Python and save only its state_dict: ' +
  'torch.save(model.state_dict(), "weights.pth").';

/** The file is damaged, or not what it claims to be. Messages read on from the file's name: "... is cut short". */
export function unreadable(message: string, options: { hint?: string; cause?: unknown } = {}): AcutanceError {
  return new AcutanceError('weights-unreadable', message, { hint: DOWNLOAD_AGAIN, ...options });
}

/** The file asks for something that plain weights never need. Nothing of it has been done. */
export function refused(what: string): AcutanceError {
  return new AcutanceError('weights-refused', `is refused: ${what}; nothing in it was executed`, {
    hint: SAVE_STATE_DICT,
  });
}

/** Text out of a file, made safe and short enough for a message. */
export function quote(text: string): string {
  const shown = text.length > 120 ? `${text.slice(0, 120)}...` : text;
  return JSON.stringify(shown);
}

/** A shape for people: `[64, 3, 5, 5]`, `[]` for a single number. */
export function formatShape(dims: readonly number[]): string {
  return `[${dims.join(', ')}]`;
}
