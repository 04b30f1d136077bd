import { unreadable } from './checkpoint-errors.ts';
import { MAX_PICKLE_MEMO, MAX_PICKLE_OBJECTS } from './limits.ts';
import type { PickleCursor } from './pickle-cursor.ts';
import { PickleDict, PickleTuple } from './pickle-values.ts';
import type { PickleHost, PickleValue } from './pickle-values.ts';

const UNDERFLOW = 'is not a valid pickle: it takes more than it has put down';

/** What a pickle's instructions work on: their operands, a stack with marks, and a memo of earlier objects. */
export class PickleMachine {
  readonly operands: PickleCursor;
  readonly host: PickleHost;
  readonly #memo = new Map<number, PickleValue>();
  /** Stacks set aside by marks; the one above the last mark is `#stack`. */
  readonly #outer: PickleValue[][] = [];
  #stack: PickleValue[] = [];
  #objects = 0;

  constructor(operands: PickleCursor, host: PickleHost) {
    this.operands = operands;
    this.host = host;
  }

  get memoSize(): number {
    return this.#memo.size;
  }

  /** Puts a value down; what takes memory of its own is counted. */
  push(value: PickleValue): void {
    if (typeof value === 'object' && value !== null) this.#countObject();
    this.#stack.push(value);
  }

  top(): PickleValue {
    const value = this.#stack.at(-1);
    if (value === undefined) throw unreadable(UNDERFLOW);
    return value;
  }

  pop(): PickleValue {
    const value = this.top();
    this.#stack.pop();
    return value;
  }

  /** The topmost values, the lowest first. */
  popSeveral(count: number): PickleValue[] {
    if (this.#stack.length < count) throw unreadable(UNDERFLOW);
    return this.#stack.splice(this.#stack.length - count, count);
  }

  mark(): void {
    this.#countObject();
    this.#outer.push(this.#stack);
    this.#stack = [];
  }

  /** Everything above the last mark, and the mark. */
  popToMark(): PickleValue[] {
    const items = this.#stack;
    const outer = this.#outer.pop();
    if (outer === undefined) throw unreadable('is not a valid pickle: it ends a group it has not begun');
    this.#stack = outer;
    return items;
  }

  /** Takes a value off, or a mark if that is on top. */
  discard(): void {
    if (this.#stack.length > 0) this.#stack.pop();
    else this.popToMark();
  }

  popArguments(): readonly PickleValue[] {
    const value = this.pop();
    if (value instanceof PickleTuple) return value.items;
    throw unreadable('is not a valid pickle: arguments are not a tuple');
  }

  /** Adds to the list on top. */
  append(items: readonly PickleValue[]): void {
    const list = this.top();
    if (!Array.isArray(list)) throw unreadable('is not a valid pickle: it appends to what is not a list');
    for (const item of items) list.push(item);
  }

  /** Adds keys and values, by turns, to the dictionary on top. */
  setItems(items: readonly PickleValue[]): void {
    const dict = this.top();
    if (!(dict instanceof PickleDict) || items.length % 2 !== 0) {
      throw unreadable('is not a valid pickle: it sets items of what is not a dictionary');
    }
    for (let index = 0; index < items.length; index += 2) {
      dict.entries.set(items[index] ?? null, items[index + 1] ?? null);
    }
  }

  /** Keeps the value on top under a number, for `recall`. */
  remember(index: number): void {
    if (this.#memo.size >= MAX_PICKLE_MEMO) {
      throw unreadable(`is not a weight file: its pickle remembers more than ${MAX_PICKLE_MEMO} objects`);
    }
    this.#memo.set(index, this.top());
  }

  recall(index: number): PickleValue {
    const value = this.#memo.get(index);
    if (value === undefined) {
      throw unreadable(`is not a valid pickle: it refers to object ${index}, which is not there`);
    }
    return value;
  }

  #countObject(): void {
    this.#objects += 1;
    if (this.#objects > MAX_PICKLE_OBJECTS) {
      throw unreadable(`is not a weight file: its pickle makes more than ${MAX_PICKLE_OBJECTS} objects`);
    }
  }
}
