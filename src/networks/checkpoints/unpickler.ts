/**
 * A pickle is a program for a small stack machine. This is that machine without its dangerous half: it builds
 * numbers, texts, lists, tuples and dictionaries by itself, and for everything else asks its `PickleHost`, which
 * knows a fixed list of names and treats them as data. No Python is run, nothing is imported, nothing recurses; steps,
 * objects and lengths are bounded (`limits.ts`).
 */
import { refused, unreadable } from './checkpoint-errors.ts';
import { MAX_PICKLE_BYTES, MAX_PICKLE_INTEGER_BYTES, MAX_PICKLE_STEPS } from './limits.ts';
import { PickleCursor, unescapeStringLine, unescapeUnicodeLine } from './pickle-cursor.ts';
import { PickleMachine } from './pickle-machine.ts';
import { PickleDict, PickleOpaque, PickleTuple } from './pickle-values.ts';
import type { PickleHost, PickleValue } from './pickle-values.ts';

/** Reads the pickle that starts at `start`; `end` is where it stopped. */
export function unpickle(
  bytes: Uint8Array,
  start: number,
  host: PickleHost,
): { value: PickleValue; end: number } {
  const operands = new PickleCursor(bytes.subarray(0, start + MAX_PICKLE_BYTES), start);
  const machine = new PickleMachine(operands, host);
  for (let steps = 0; steps < MAX_PICKLE_STEPS; steps++) {
    const opcode = operands.uint8();
    if (opcode === STOP) return { value: machine.pop(), end: operands.position };
    const instruction = INSTRUCTIONS[opcode];
    if (instruction === undefined) {
      const code = opcode.toString(16).padStart(2, '0');
      throw unreadable(`is not a valid pickle: it has an unknown instruction, 0x${code}`);
    }
    instruction(machine);
  }
  throw unreadable(`is not a weight file: its pickle has more than ${MAX_PICKLE_STEPS} instructions`);
}

type Values = Readonly<Record<string, (machine: PickleMachine) => PickleValue>>;
type Actions = Readonly<Record<string, (machine: PickleMachine) => void>>;

const STOP = '.'.charCodeAt(0);

/** Instructions that put one value down. */
const VALUES: Values = {
  N: () => null,
  '\x88': () => true,
  '\x89': () => false,
  K: ({ operands }) => operands.uint8(),
  M: ({ operands }) => operands.uint16(),
  J: ({ operands }) => operands.int32(),
  I: ({ operands }) => integerOrBoolLine(operands),
  L: ({ operands }) => operands.integerLine(),
  '\x8a': ({ operands }) => operands.integer(operands.uint8()),
  '\x8b': ({ operands }) => longInteger(operands),
  G: ({ operands }) => operands.float64BigEndian(),
  F: ({ operands }) => Number(operands.line()),

  X: ({ operands }) => operands.utf8(operands.uint32()),
  '\x8c': ({ operands }) => operands.utf8(operands.uint8()),
  '\x8d': ({ operands }) => operands.utf8(operands.length64()),
  V: ({ operands }) => unescapeUnicodeLine(operands.line()),
  U: ({ operands }) => operands.byteString(operands.uint8()),
  T: ({ operands }) => operands.byteString(operands.int32()),
  S: ({ operands }) => unescapeStringLine(operands.line()),
  C: ({ operands }) => operands.bytes(operands.uint8()),
  B: ({ operands }) => operands.bytes(operands.uint32()),
  '\x8e': ({ operands }) => operands.bytes(operands.length64()),
  '\x96': ({ operands }) => operands.bytes(operands.length64()),

  ')': () => new PickleTuple([]),
  '\x85': (machine) => new PickleTuple(machine.popSeveral(1)),
  '\x86': (machine) => new PickleTuple(machine.popSeveral(2)),
  '\x87': (machine) => new PickleTuple(machine.popSeveral(3)),
  t: (machine) => new PickleTuple(machine.popToMark()),
  ']': () => [],
  l: (machine) => machine.popToMark(),
  '}': () => new PickleDict(),
  '\x8f': () => new PickleOpaque('a set'),
  '\x91': (machine) => {
    machine.popToMark();
    return new PickleOpaque('a set');
  },

  '2': (machine) => machine.top(),
  h: (machine) => machine.recall(machine.operands.uint8()),
  j: (machine) => machine.recall(machine.operands.uint32()),
  g: (machine) => machine.recall(Number(machine.operands.integerLine())),

  // What a real unpickler would import and run.
  c: ({ operands, host }) => {
    const module = operands.line();
    return host.findGlobal(module, operands.line());
  },
  '\x93': (machine) => {
    const [module, name] = machine.popSeveral(2);
    if (typeof module === 'string' && typeof name === 'string') return machine.host.findGlobal(module, name);
    throw refused('its pickle refers to a name that is not text');
  },
  R: (machine) => callWithTuple(machine),
  '\x81': (machine) => callWithTuple(machine),
  '\x92': (machine) => {
    const named = machine.pop();
    if (named instanceof PickleDict && named.entries.size === 0) return callWithTuple(machine);
    throw refused('its pickle makes an object with named arguments');
  },
  i: (machine) => {
    const module = machine.operands.line();
    const callable = machine.host.findGlobal(module, machine.operands.line());
    return machine.host.call(callable, machine.popToMark());
  },
  o: (machine) => {
    const [callable, ...args] = machine.popToMark();
    if (callable === undefined) throw unreadable('is not a valid pickle: it makes an object of nothing');
    return machine.host.call(callable, args);
  },
  Q: (machine) => machine.host.persistentLoad(machine.pop()),
  P: ({ operands, host }) => host.persistentLoad(operands.line()),
};

/** Instructions that change what is there already, or that are never followed. */
const ACTIONS: Actions = {
  a: (machine) => {
    machine.append(machine.popSeveral(1));
  },
  e: (machine) => {
    machine.append(machine.popToMark());
  },
  d: (machine) => {
    const items = machine.popToMark();
    machine.push(new PickleDict());
    machine.setItems(items);
  },
  s: (machine) => {
    machine.setItems(machine.popSeveral(2));
  },
  u: (machine) => {
    machine.setItems(machine.popToMark());
  },
  '\x90': (machine) => {
    machine.popToMark();
  },
  '(': (machine) => {
    machine.mark();
  },
  '0': (machine) => {
    machine.discard();
  },
  '1': (machine) => {
    machine.popToMark();
  },
  q: (machine) => {
    machine.remember(machine.operands.uint8());
  },
  r: (machine) => {
    machine.remember(machine.operands.uint32());
  },
  p: (machine) => {
    machine.remember(Number(machine.operands.integerLine()));
  },
  '\x94': (machine) => {
    machine.remember(machine.memoSize);
  },
  b: (machine) => {
    const state = machine.pop();
    machine.host.setState(machine.top(), state);
  },
  '\x80': ({ operands }) => {
    const version = operands.uint8();
    if (version > 5) throw unreadable(`has a pickle of protocol ${version}; protocols 0 to 5 are known`);
  },
  '\x95': ({ operands }) => {
    operands.length64();
  },
  '\x82': ({ operands }) => refuseExtension(operands.uint8()),
  '\x83': ({ operands }) => refuseExtension(operands.uint16()),
  '\x84': ({ operands }) => refuseExtension(operands.int32()),
  '\x97': () => refuseBuffer(),
  '\x98': () => refuseBuffer(),
};

/** By opcode. */
const INSTRUCTIONS: readonly (((machine: PickleMachine) => void) | undefined)[] = Array.from(
  { length: 256 },
  (_, opcode) => {
    const letter = String.fromCharCode(opcode);
    const makeValue = VALUES[letter];
    if (makeValue === undefined) return ACTIONS[letter];
    return (machine) => {
      machine.push(makeValue(machine));
    };
  },
);

function callWithTuple(machine: PickleMachine): PickleValue {
  const args = machine.popArguments();
  return machine.host.call(machine.pop(), args);
}

function refuseExtension(code: number): never {
  throw refused(`its pickle uses extension ${code}`);
}

function refuseBuffer(): never {
  throw refused('its pickle refers to a buffer outside of the file');
}

/** Protocol 0 and 1 write booleans as `I01` and `I00`. */
function integerOrBoolLine(operands: PickleCursor): PickleValue {
  const start = operands.position;
  const text = operands.line();
  if (text === '00') return false;
  if (text === '01') return true;
  operands.position = start;
  return operands.integerLine();
}

function longInteger(operands: PickleCursor): number | bigint {
  const length = operands.int32();
  if (length < 0 || length > MAX_PICKLE_INTEGER_BYTES) {
    throw unreadable(`is not a weight file: its pickle has an integer of ${length} bytes`);
  }
  return operands.integer(length);
}
