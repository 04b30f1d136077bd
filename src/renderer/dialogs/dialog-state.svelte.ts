export type DialogName = 'open' | 'export' | 'shortcuts' | 'about';

/** Which dialog is up; at most one. Shortcuts, menus and buttons all go through here. */
export class DialogState {
  #current = $state<DialogName | undefined>();

  get current(): DialogName | undefined {
    return this.#current;
  }

  show(name: DialogName): void {
    this.#current = name;
  }

  close(): void {
    this.#current = undefined;
  }
}
