import { readFileSync } from 'node:fs';
import type { MenuItemConstructorOptions } from 'electron';
import { describe, expect, it, vi } from 'vitest';
import {
  menuTemplate,
  menuText,
  type MenuSituation,
} from '../../../../src/main/hosts/electron/application-menu.ts';
import { MENU_COMMANDS } from '../../../../src/shared/desktop-bridge.ts';
import { FakeMenu } from './support/fake-electron.ts';

const PLATFORMS = ['darwin', 'win32', 'linux'] as const;
const actions = { command: vi.fn(), openRecent: vi.fn(), showLog: vi.fn() };

function template(situation: Partial<MenuSituation> = {}): MenuItemConstructorOptions[] {
  return menuTemplate(
    {
      platform: 'linux',
      name: 'Acutance',
      enabled: new Set(['open']),
      recent: [],
      development: false,
      ...situation,
    },
    actions,
  );
}

const menu = (situation: Partial<MenuSituation> = {}) => new FakeMenu(template(situation));
const labels = (items: readonly { label?: string | undefined; role?: string | undefined }[]) =>
  items.map(({ label, role }) => (label ?? role)?.replaceAll('&', ''));

describe('the menus', () => {
  it.each(PLATFORMS)('offer every command once on %s', (platform) => {
    const ids: string[] = [];
    menu({ platform }).find(({ id }) => {
      if (id !== undefined) ids.push(id);
      return false;
    });
    expect(ids.sort()).toEqual([...MENU_COMMANDS].sort());
  });

  it.each(PLATFORMS)('give no shortcut twice, and take no plain key on %s', (platform) => {
    const shortcuts: string[] = [];
    menu({ platform }).find(({ accelerator, registerAccelerator }) => {
      if (accelerator === undefined) return false;
      shortcuts.push(accelerator);
      // In a text field a plain key is text: it is the page's business.
      expect(registerAccelerator ?? true, accelerator).toBe(/^(CmdOrCtrl|Cmd|Ctrl)\+/.test(accelerator));
      return false;
    });
    expect(new Set(shortcuts).size).toBe(shortcuts.length);
    expect(shortcuts.length).toBeGreaterThan(platform === 'darwin' ? 5 : 15);
  });

  it('show the keys that the page listens to', () => {
    // As text: the page's own modules need a DOM.
    const page = readFileSync(
      new URL('../../../../src/renderer/shortcuts/commands.ts', import.meta.url),
      'utf8',
    );
    const inPage: Record<string, string> = { Left: 'ArrowLeft', Right: 'ArrowRight' };
    menu().find(({ accelerator }) => {
      if (accelerator === undefined) return false;
      const keys = accelerator
        .replace('CmdOrCtrl', 'Mod')
        .replace('Ctrl', 'Mod')
        .replace('Return', 'Enter')
        .replace('Plus', '+');
      expect(page).toContain(`'${inPage[keys] ?? keys}'`);
      return false;
    });
  });

  it('are laid out as on a Mac: the application first, with about and quit in it', () => {
    const mac = menu({ platform: 'darwin' });
    expect(labels(mac.items)).toEqual([
      ...['Acutance', 'File', 'Edit', 'Clip', 'Playback', 'View', 'windowMenu', 'Help'],
    ]);
    expect(labels(mac.items[0]!.submenu!.items)).toContain('About Acutance');
    expect(mac.items[0]!.submenu!.items.at(-1)?.role).toBe('quit');
    expect(mac.items[1]!.submenu!.items.at(-1)?.role).toBe('close');
  });

  it('are laid out as on Windows and Linux: quit in the first, about in the last', () => {
    for (const platform of ['win32', 'linux'] as const) {
      const other = menu({ platform });
      expect(labels(other.items)).toEqual([
        ...['File', 'Edit', 'Clip', 'Playback', 'View', 'Window', 'Help'],
      ]);
      expect(other.items[0]!.submenu!.items.at(-1)).toMatchObject({
        role: 'quit',
        label: platform === 'win32' ? 'E&xit' : '&Quit',
      });
      expect(labels(other.items.at(-1)!.submenu!.items).at(-1)).toBe('About Acutance');
    }
  });

  it('enable what makes sense now and pass it on', () => {
    const open = menu().getMenuItemById('open')!;
    const play = menu().getMenuItemById('play-pause')!;
    expect([open.enabled, play.enabled]).toEqual([true, false]);
    (open.click as () => void)();
    expect(actions.command).toHaveBeenCalledWith('open');
  });

  it('offer tools for developers only to developers', () => {
    const tools = (development: boolean) =>
      menu({ development }).find(({ role }) => role === 'toggleDevTools' || role === 'reload');
    expect(tools(false)).toBeUndefined();
    expect(tools(true)).toBeDefined();
  });
});

describe('the recent clips', () => {
  const recent = (paths: readonly string[]) =>
    menu({ recent: paths }).find(({ label }) => label === 'Open Recent')!;

  it('are greyed out while there are none', () => {
    expect(recent([]).enabled).toBe(false);
  });

  it('are ten at most, each opened by its path', () => {
    const paths = Array.from({ length: 14 }, (_, index) => `/clips/${index}/clip.mp4`);
    const items = recent(paths).submenu!.items;
    expect(items).toHaveLength(10);
    (items[3]!.click as () => void)();
    expect(actions.openRecent).toHaveBeenCalledWith('/clips/3/clip.mp4');
  });

  it.each([
    ['a & b.mp4', 'linux', 'a && b.mp4'],
    ['a & b.mp4', 'darwin', 'a & b.mp4'],
    ['two\nlines.mp4', 'linux', 'two lines.mp4'],
    [`${'x'.repeat(80)} end.mp4`, 'darwin', `${'x'.repeat(40)}…${'x'.repeat(10)} end.mp4`],
  ] as const)('are named on one short line: %j on %s', (name, platform, text) => {
    expect(menuText(name, platform)).toBe(text);
  });
});
