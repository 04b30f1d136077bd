import type { Workspace } from '../state/workspace.svelte.ts';
import { commandOf, commandOfKeys, runCommand } from './commands.ts';
import { belongsToTarget } from './key-target.ts';
import { isMac, keysOf } from './keys.ts';

/**
 * Turns key presses into commands. Two keys do more than that: Space plays when it is let go, unless the picture was
 * dragged meanwhile, and K held down makes J and L play slowly.
 */
export class Keyboard {
  readonly #workspace: Workspace;
  readonly #mac = isMac();
  #focusByPointer = false;
  #space: 'up' | 'down' | 'dragged' = 'up';
  #holdsK = false;
  #creeps = false;

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  /** Listens until the returned function is called. */
  listen(page: Window): () => void {
    const listening = new AbortController();
    const options = { signal: listening.signal, capture: true };
    page.addEventListener('keydown', (event) => this.#onDown(event), options);
    page.addEventListener('keyup', (event) => this.#onUp(event), options);
    page.addEventListener('pointerdown', () => this.#onPointer(), options);
    // Elements lose the focus too; what counts is that the window does.
    page.addEventListener('blur', () => this.#letGo(), { signal: listening.signal });
    return () => listening.abort();
  }

  #onDown(event: KeyboardEvent): void {
    if (event.key === 'Tab') this.#focusByPointer = false;
    if (event.isComposing || this.#workspace.dialog) return;
    const { target } = event;
    const withMod = this.#mac ? event.metaKey : event.ctrlKey;
    if (target instanceof Element && belongsToTarget(target, event.key, this.#focusByPointer, withMod))
      return;
    if (event.key === ' ' && !event.ctrlKey && !event.metaKey && !event.altKey) {
      this.#take(event);
      if (this.#space === 'up') this.#space = 'down';
      this.#setHand(true);
      return;
    }
    if (this.#creep(event)) return;
    const command = commandOfKeys(keysOf(event, this.#mac));
    if (!command) return;
    // The browser's own use of the keys is never wanted, even where the command makes no sense now.
    this.#take(event);
    if (event.key.toLowerCase() === 'k') this.#holdsK = true;
    if (!event.repeat || command.repeats) runCommand(command, this.#workspace);
  }

  #creep(event: KeyboardEvent): boolean {
    const key = event.key.toLowerCase();
    if (!this.#holdsK || (key !== 'j' && key !== 'l') || event.ctrlKey || event.metaKey) return false;
    this.#take(event);
    this.#creeps = true;
    if (!event.repeat) this.#workspace.clip?.transport.creep(key === 'l' ? 1 : -1);
    return true;
  }

  #onUp(event: KeyboardEvent): void {
    const key = event.key.toLowerCase();
    if (key === ' ' && this.#space !== 'up') {
      this.#take(event);
      const dragged = this.#space === 'dragged';
      this.#letGo();
      if (!dragged) runCommand(commandOf('play-pause'), this.#workspace);
    }
    if (key === 'k') this.#holdsK = false;
    if (this.#creeps && ['j', 'k', 'l'].includes(key)) {
      this.#creeps = false;
      this.#workspace.clip?.transport.pause();
    }
  }

  #onPointer(): void {
    this.#focusByPointer = true;
    if (this.#space === 'down') this.#space = 'dragged';
  }

  #letGo(): void {
    this.#space = 'up';
    this.#holdsK = false;
    this.#setHand(false);
  }

  #setHand(hand: boolean): void {
    this.#workspace.viewport.hand = hand;
  }

  #take(event: KeyboardEvent): void {
    event.preventDefault();
    event.stopPropagation();
  }
}
