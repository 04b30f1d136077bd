import { describe, expect, it } from 'vitest';
import { COMMANDS, commandOf, commandOfKeys } from '../../../../src/renderer/shortcuts/commands.ts';
import { enabledMenuCommands } from '../../../../src/renderer/shortcuts/desktop-menu.ts';
import { belongsToTarget } from '../../../../src/renderer/shortcuts/key-target.ts';
import { keysOf, keysText } from '../../../../src/renderer/shortcuts/keys.ts';
import { Sound } from '../../../../src/renderer/state/sound.svelte.ts';
import { Workspace } from '../../../../src/renderer/state/workspace.svelte.ts';
import { MENU_COMMANDS } from '../../../../src/shared/desktop-bridge.ts';
import { CLIP } from '../support/clip.ts';
import { FakeServer } from '../support/server.ts';

const press = (key: string, modifiers: Partial<KeyboardEvent> = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...modifiers,
});

describe('keys', () => {
  it.each([
    ['l', {}, 'L'],
    ['L', { shiftKey: true }, 'Shift+L'],
    ['?', { shiftKey: true }, '?'],
    ['+', { shiftKey: true }, '+'],
    [' ', {}, 'Space'],
    ['ArrowLeft', { shiftKey: true }, 'Shift+ArrowLeft'],
    ['o', { ctrlKey: true }, 'Mod+O'],
    ['o', { metaKey: true }, 'Other+O'],
  ])('%s %j is %s', (key, modifiers, keys) => expect(keysOf(press(key, modifiers), false)).toBe(keys));

  it('take Cmd for Ctrl on a Mac', () => {
    expect(keysOf(press('o', { metaKey: true }), true)).toBe('Mod+O');
  });

  it.each([
    ['Mod+O', 'Ctrl+O', '⌘O'],
    ['Shift+ArrowLeft', 'Shift+←', '⇧←'],
    ['Mod++', 'Ctrl++', '⌘+'],
    ['+', '+', '+'],
  ])('%s is shown as %s, on a Mac as %s', (keys, text, mac) => {
    expect([keysText(keys, false), keysText(keys, true)]).toEqual([text, mac]);
  });
});

describe('commands', () => {
  it('have a key for one thing only', () => {
    const keys = COMMANDS.flatMap((command) => command.keys);
    expect(keys).toEqual([...new Set(keys)]);
  });

  it('hold everything that the menus of the window ask for', () => {
    for (const id of MENU_COMMANDS) expect(commandOf(id).id).toBe(id);
  });

  it('are found by each of their keys', () => {
    expect(commandOfKeys('Mod+0')?.id).toBe('zoom-fit');
    expect(commandOfKeys('Mod+Q')).toBeUndefined();
  });

  it('that need a clip are not offered without one, nor any while a dialog is up', async () => {
    const server = new FakeServer();
    const workspace = new Workspace({ client: server.client, events: server, sound: new Sound() });
    expect(enabledMenuCommands(workspace)).toEqual(['open', 'models', 'shortcuts', 'about']);
    await workspace.openPath(CLIP.path);
    expect(enabledMenuCommands(workspace)).toContain('play-pause');
    expect(enabledMenuCommands(workspace)).not.toContain('clear-range');
    workspace.clip?.markIn(3);
    expect(enabledMenuCommands(workspace)).toContain('clear-range');
    workspace.showDialog('about');
    expect(enabledMenuCommands(workspace)).toEqual([]);
    workspace.dispose();
  });
});

describe('a key press', () => {
  /** An element that is what the given selectors' parts say, in a dialog or not. */
  const element = (is: string, inside = '') => ({
    matches: (selector: string) => selector.split(', ').includes(is),
    closest: (selector: string) => (selector.split(', ').includes(inside) ? {} : null),
  });

  it.each([
    ['Space on a button reached by Tab presses it', 'button', ' ', false, true],
    ['Space on a button that was clicked plays', 'button', ' ', true, false],
    ['arrows on a slider move it', '[role=slider]', 'ArrowLeft', true, true],
    ['arrows on choices reached by Tab choose', '[role=radio]', 'ArrowLeft', false, true],
    ['arrows on choices that were clicked step frames', '[role=radio]', 'ArrowLeft', true, false],
    ['up and down on the clicked playhead are the page’s', '[data-sideways]', 'ArrowUp', true, false],
    ['left and right on it move it', '[role=slider]', 'ArrowLeft', true, true],
    ['letters on a slider are the page’s', '[role=slider]', 'i', false, false],
    ['letters in a text field are text', 'textarea', 'i', true, true],
  ])('%s', (_what, is, key, byPointer, own) => {
    expect(belongsToTarget(element(is), key, byPointer)).toBe(own);
  });

  it('with Ctrl in a text field is a command, though not in a dialog', () => {
    expect(belongsToTarget(element('textarea'), 'e', true, true)).toBe(false);
    expect(belongsToTarget(element('textarea', '[role=dialog]'), 'e', true, true)).toBe(true);
  });

  it('with Ctrl and Z undoes text in a text field, and is a command elsewhere', () => {
    expect(belongsToTarget(element('textarea'), 'z', true, true)).toBe(true);
    expect(belongsToTarget(element('button'), 'z', true, true)).toBe(false);
  });

  it('in a menu is the menu’s', () => {
    expect(belongsToTarget(element('div', '[role=menu]'), 'i', true)).toBe(true);
  });
});
