/**
 * A pickle is a program for a small stack machine. This is that machine without its dangerous half: it builds
 * numbers, texts, lists, tuples and dictionaries by itself, and for everything else asks its `PickleHost`, which
 * knows a fixed list of names and treats them as data. No Python is run, nothing is imported, nothing recurses; steps,
 * objects and lengths are bounded (`limits.ts`).
 */
import { refused, unreadable } from './checkpoint-errors.ts';
import {
  MAX_PICKLE_BYTES,
  MAX_PICKLE_MEMO,
  MAX_PICKLE_OBJECTS,
  MAX_PICKLE_STEPS,
  MAX_PICKLE_INTEGER_BYTES,
} from './limits.ts';
import { PickleCursor, unescapeStringLine, unescapeUnicodeLine } from './pickle-cursor.ts';
import { PickleDict, PickleOpaque, PickleTuple } from './pickle-values.ts';
import type { PickleValue } from './pickle-values.ts';

/** What a pickle may refer to beyond plain data. Each method throws (`weights-refused`) at what it doesn't know. */
export interface PickleHost {
  /** A name the pickle refers to, such as `collections.OrderedDict`. */
  findGlobal(module: string, name: string): PickleValue;
  /** Applies one of the names to arguments. */
  call(callable: PickleValue, args: readonly PickleValue[]): PickleValue;
  /** Attributes given to an object. */
  setState(target: PickleValue, state: PickleValue): void;
  /** Something that lies outside of the pickle: a storage. */
  persistentLoad(id: PickleValue): PickleValue;
}

/** Reads the pickle that starts at `start`; `end` is where it stopped. */
export function unpickle(
  bytes: Uint8Array,
  start: number,
  host: PickleHost,
): { value: PickleValue; end: number } {
  const machine = new Unpickler(bytes.subarray(0, start + MAX_PICKLE_BYTES), start, host);
  return { value: machine.run(), end: machine.position };
}

class Unpickler {
  readonly #in: PickleCursor;
  readonly #host: PickleHost;
  readonly #memo = new Map<number, PickleValue>();
  /** Stacks set aside by MARK; the innermost is `#stack`. */
  readonly #outer: PickleValue[][] = [];
  #stack: PickleValue[] = [];
  #objects = 0;

  constructor(bytes: Uint8Array, start: number, host: PickleHost) {
    this.#in = new PickleCursor(bytes, start);
    this.#host = host;
  }

  get position(): number {
    return this.#in.position;
  }

  run(): PickleValue {
    for (let steps = 0; steps < MAX_PICKLE_STEPS; steps++) {
      const opcode = this.#in.uint8();
      if (opcode === 0x2e /* . STOP */) return this.#pop();
      this.#step(opcode);
    }
    throw unreadable(`is not a weight file: its pickle has more than ${MAX_PICKLE_STEPS} instructions`);
  }

  #step(opcode: number): void {
    switch (String.fromCharCode(opcode)) {
      // Plain values
      case 'N':
        return this.#push(null);
      case '\x88':
        return this.#push(true);
      case '\x89':
        return this.#push(false);
      case 'K':
        return this.#push(this.#in.uint8());
      case 'M':
        return this.#push(this.#in.uint16());
      case 'J':
        return this.#push(this.#in.int32());
      case 'I':
        return this.#push(this.#integerOrBoolLine());
      case 'L':
        return this.#push(this.#in.integerLine());
      case '\x8a':
        return this.#push(this.#in.integer(this.#in.uint8()));
      case '\x8b':
        return this.#push(this.#longInteger());
      case 'G':
        return this.#push(this.#in.float64BigEndian());
      case 'F':
        return this.#push(Number(this.#in.line()));

      // Texts and bytes
      case 'X':
        return this.#push(this.#in.utf8(this.#in.uint32()));
      case '\x8c':
        return this.#push(this.#in.utf8(this.#in.uint8()));
      case '\x8d':
        return this.#push(this.#in.utf8(this.#in.length64()));
      case 'V':
        return this.#push(unescapeUnicodeLine(this.#in.line()));
      case 'U':
        return this.#push(this.#in.byteString(this.#in.uint8()));
      case 'T':
        return this.#push(this.#in.byteString(this.#in.int32()));
      case 'S':
        return this.#push(unescapeStringLine(this.#in.line()));
      case 'C':
        return this.#push(this.#in.bytes(this.#in.uint8()));
      case 'B':
        return this.#push(this.#in.bytes(this.#in.uint32()));
      case '\x8e':
      case '\x96':
        return this.#push(this.#in.bytes(this.#in.length64()));

      // Tuples, lists, dictionaries, sets
      case ')':
        return this.#pushNew(new PickleTuple([]));
      case '\x85':
        return this.#pushNew(new PickleTuple(this.#popSeveral(1)));
      case '\x86':
        return this.#pushNew(new PickleTuple(this.#popSeveral(2)));
      case '\x87':
        return this.#pushNew(new PickleTuple(this.#popSeveral(3)));
      case 't':
        return this.#pushNew(new PickleTuple(this.#popToMark()));
      case ']':
        return this.#pushNew([]);
      case 'l':
        return this.#pushNew(this.#popToMark());
      case 'a':
        return this.#append(this.#popSeveral(1));
      case 'e':
        return this.#append(this.#popToMark());
      case '}':
        return this.#pushNew(new PickleDict());
      case 'd': {
        const items = this.#popToMark();
        this.#pushNew(new PickleDict());
        return this.#setItems(items);
      }
      case 's':
        return this.#setItems(this.#popSeveral(2));
      case 'u':
        return this.#setItems(this.#popToMark());
      case '\x8f':
        return this.#pushNew(new PickleOpaque('a set'));
      case '\x90':
        this.#popToMark();
        return;
      case '\x91':
        this.#popToMark();
        return this.#pushNew(new PickleOpaque('a set'));

      // Stack and memo
      case '(':
        this.#countObject();
        this.#outer.push(this.#stack);
        this.#stack = [];
        return;
      case '0':
        return this.#discard();
      case '1':
        this.#popToMark();
        return;
      case '2':
        return this.#push(this.#top());
      case 'q':
        return this.#remember(this.#in.uint8());
      case 'r':
        return this.#remember(this.#in.uint32());
      case 'p':
        return this.#remember(Number(this.#in.integerLine()));
      case '\x94':
        return this.#remember(this.#memo.size);
      case 'h':
        return this.#push(this.#recall(this.#in.uint8()));
      case 'j':
        return this.#push(this.#recall(this.#in.uint32()));
      case 'g':
        return this.#push(this.#recall(Number(this.#in.integerLine())));

      // What a real unpickler would import and run
      case 'c': {
        const module = this.#in.line();
        return this.#push(this.#host.findGlobal(module, this.#in.line()));
      }
      case '\x93': {
        const [module, name] = this.#popSeveral(2);
        if (typeof module !== 'string' || typeof name !== 'string') {
          throw refused('its pickle refers to a name that is not text');
        }
        return this.#push(this.#host.findGlobal(module, name));
      }
      case 'R':
      case '\x81': {
        const [callable, args] = this.#popSeveral(2) as [PickleValue, PickleValue];
        return this.#pushNew(this.#host.call(callable, this.#tuple(args)));
      }
      case '\x92': {
        const [callable, args, named] = this.#popSeveral(3) as [PickleValue, PickleValue, PickleValue];
        if (!(named instanceof PickleDict) || named.entries.size > 0) {
          throw refused('its pickle makes an object with named arguments');
        }
        return this.#pushNew(this.#host.call(callable, this.#tuple(args)));
      }
      case 'i': {
        const module = this.#in.line();
        const callable = this.#host.findGlobal(module, this.#in.line());
        return this.#pushNew(this.#host.call(callable, this.#popToMark()));
      }
      case 'o': {
        const [callable, ...args] = this.#popToMark();
        if (callable === undefined) throw unreadable('is not a valid pickle: it makes an object of nothing');
        return this.#pushNew(this.#host.call(callable, args));
      }
      case 'b': {
        const [state] = this.#popSeveral(1) as [PickleValue];
        return this.#host.setState(this.#top(), state);
      }
      case 'Q':
        return this.#pushNew(this.#host.persistentLoad(this.#pop()));
      case 'P':
        return this.#pushNew(this.#host.persistentLoad(this.#in.line()));
      case '\x82':
        throw refused(`its pickle uses extension ${this.#in.uint8()}`);
      case '\x83':
        throw refused(`its pickle uses extension ${this.#in.uint16()}`);
      case '\x84':
        throw refused(`its pickle uses extension ${this.#in.int32()}`);
      case '\x97':
      case '\x98':
        throw refused('its pickle refers to a buffer outside of the file');

      // Frame of the pickle itself
      case '\x80':
        return this.#checkProtocol(this.#in.uint8());
      case '\x95':
        this.#in.length64();
        return;
      default:
        throw unreadable(
          `is not a valid pickle: unknown instruction 0x${opcode.toString(16).padStart(2, '0')}`,
        );
    }
  }

  #checkProtocol(version: number): void {
    if (version > 5) throw unreadable(`has a pickle of protocol ${version}; protocols 0 to 5 are known`);
  }

  #integerOrBoolLine(): PickleValue {
    const start = this.#in.position;
    const text = this.#in.line();
    if (text === '00') return false;
    if (text === '01') return true;
    this.#in.position = start;
    return this.#in.integerLine();
  }

  #longInteger(): number | bigint {
    const length = this.#in.int32();
    if (length < 0 || length > MAX_PICKLE_INTEGER_BYTES) {
      throw unreadable(`is not a weight file: its pickle has an integer of ${length} bytes`);
    }
    return this.#in.integer(length);
  }

  #countObject(): void {
    this.#objects += 1;
    if (this.#objects > MAX_PICKLE_OBJECTS) {
      throw unreadable(`is not a weight file: its pickle makes more than ${MAX_PICKLE_OBJECTS} objects`);
    }
  }

  #push(value: PickleValue): void {
    this.#stack.push(value);
  }

  #pushNew(value: PickleValue): void {
    this.#countObject();
    this.#stack.push(value);
  }

  #top(): PickleValue {
    const value = this.#stack.at(-1);
    if (value === undefined) throw unreadable('is not a valid pickle: it takes more than it has put down');
    return value;
  }

  #pop(): PickleValue {
    const value = this.#top();
    this.#stack.pop();
    return value;
  }

  #popSeveral(count: number): PickleValue[] {
    if (this.#stack.length < count) {
      throw unreadable('is not a valid pickle: it takes more than it has put down');
    }
    return this.#stack.splice(this.#stack.length - count, count);
  }

  #popToMark(): PickleValue[] {
    const items = this.#stack;
    const outer = this.#outer.pop();
    if (outer === undefined) throw unreadable('is not a valid pickle: it ends a group it has not begun');
    this.#stack = outer;
    return items;
  }

  /** POP takes a value off, or a mark if that is on top. */
  #discard(): void {
    if (this.#stack.length > 0) this.#stack.pop();
    else this.#popToMark();
  }

  #append(items: readonly PickleValue[]): void {
    const list = this.#top();
    if (!Array.isArray(list)) throw unreadable('is not a valid pickle: it appends to what is not a list');
    for (const item of items) list.push(item);
  }

  #setItems(items: readonly PickleValue[]): void {
    const dict = this.#top();
    if (!(dict instanceof PickleDict) || items.length % 2 !== 0) {
      throw unreadable('is not a valid pickle: it sets items of what is not a dictionary');
    }
    for (let index = 0; index < items.length; index += 2) {
      dict.entries.set(items[index] as PickleValue, items[index + 1] as PickleValue);
    }
  }

  #tuple(value: PickleValue): readonly PickleValue[] {
    if (value instanceof PickleTuple) return value.items;
    throw unreadable('is not a valid pickle: arguments are not a tuple');
  }

  #remember(index: number): void {
    if (this.#memo.size >= MAX_PICKLE_MEMO) {
      throw unreadable(`is not a weight file: its pickle remembers more than ${MAX_PICKLE_MEMO} objects`);
    }
    this.#memo.set(index, this.#top());
  }

  #recall(index: number): PickleValue {
    const value = this.#memo.get(index);
    if (value === undefined)
      throw unreadable(`is not a valid pickle: it refers to object ${index}, which is not there`);
    return value;
  }
}
