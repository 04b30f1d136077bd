import { quote, unreadable } from './checkpoint-errors.ts';
import { PickleDict } from './pickle-values.ts';
import type { PickleValue } from './pickle-values.ts';
import { PickledTensor } from './torch-values.ts';

/**
 * Keys under which training programs keep the state_dict, best first: averaged parameters before the raw ones, as
 * those are what their authors evaluate.
 */
const WRAPPER_KEYS = [
  'params_ema',
  'state_dict_ema',
  'model_ema',
  'ema',
  'params',
  'state_dict',
  'model_state_dict',
  'net_state_dict',
  'model_state',
  'model',
  'network',
  'net',
  'generator',
  'netG',
  'net_g',
  'weights',
] as const;

/** How deep a state_dict may be wrapped, as in `{"model": {"state_dict": ...}}`. */
const MAX_WRAPPINGS = 3;
const MAX_NOTES = 64;
const MAX_NOTE_CHARACTERS = 1000;

export interface FoundState {
  readonly tensors: Map<string, PickledTensor>;
  readonly path: string[];
  /** Texts, numbers and booleans that lie beside the state_dict, such as an epoch. */
  readonly notes: Record<string, string>;
}

function tensorsOf(dict: PickleDict): Map<string, PickledTensor> {
  const tensors = new Map<string, PickledTensor>();
  for (const [name, value] of dict.entries) {
    if (typeof name === 'string' && value instanceof PickledTensor) tensors.set(name, value);
  }
  return tensors;
}

function holdsState(value: PickleValue | undefined, depth: number): value is PickleDict {
  if (!(value instanceof PickleDict)) return false;
  if (tensorsOf(value).size > 0) return true;
  return depth < MAX_WRAPPINGS && WRAPPER_KEYS.some((key) => holdsState(value.entries.get(key), depth + 1));
}

function wrapperKey(dict: PickleDict, depth: number): string | undefined {
  const known = WRAPPER_KEYS.find((key) => holdsState(dict.entries.get(key), depth + 1));
  if (known !== undefined || tensorsOf(dict).size > 0) return known;

  const others = [...dict.entries].filter(
    ([, value]) => value instanceof PickleDict && tensorsOf(value).size > 0,
  );
  if (others.length > 1) {
    const keys = others.map(([key]) => (typeof key === 'string' ? quote(key) : 'a number')).join(', ');
    throw unreadable(`holds several sets of tensors (${keys}) and does not say which are the weights`, {
      hint: 'Save only the state_dict of the network you want: torch.save(model.state_dict(), "weights.pth").',
    });
  }
  const key = others[0]?.[0];
  return typeof key === 'string' ? key : undefined;
}

function collectNotes(dict: PickleDict): Record<string, string> {
  const notes: [string, string][] = [];
  for (const [key, value] of dict.entries) {
    if (typeof key !== 'string' || typeof value === 'object' || notes.length === MAX_NOTES) continue;
    notes.push([key, String(value).slice(0, MAX_NOTE_CHARACTERS)]);
  }
  return Object.fromEntries(notes);
}

/**
 * Finds the state_dict in what was saved: the object itself, or what lies under one of `WRAPPER_KEYS`, or else the
 * only dictionary with tensors inside.
 *
 * @throws AcutanceError `weights-unreadable` where there is none, or more than one and no telling which.
 */
export function findStateDict(saved: PickleValue): FoundState {
  const path: string[] = [];
  let notes: Record<string, string> = {};
  let current = saved;
  while (current instanceof PickleDict && path.length < MAX_WRAPPINGS) {
    const key = wrapperKey(current, path.length);
    if (key === undefined) break;
    notes = { ...notes, ...collectNotes(current) };
    path.push(key);
    current = current.entries.get(key) ?? null;
  }
  const tensors = current instanceof PickleDict ? tensorsOf(current) : new Map<string, PickledTensor>();
  if (tensors.size === 0) {
    throw unreadable('holds no tensors: it is a PyTorch file, but not one of weights', {
      hint: 'Save the state_dict of the network: torch.save(model.state_dict(), "weights.pth").',
    });
  }
  return { tensors, path, notes };
}
