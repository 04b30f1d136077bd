import { beforeEach, describe, expect, it, vi } from 'vitest';
import { lockContents, lockSession } from '../../../../src/main/hosts/electron/lockdown.ts';
import { FakeContents, FakeEvent, FakeSession } from './support/fake-electron.ts';

const OWN = 'acutance://app/';

describe('the session of the page', () => {
  let session: FakeSession;

  beforeEach(() => {
    session = new FakeSession();
    lockSession(session as never);
  });

  function requested(permission: string, requestingUrl = OWN, isMainFrame = true): unknown {
    const answer = vi.fn();
    session.permissionRequest?.(...([{}, permission, answer, { requestingUrl, isMainFrame }] as never[]));
    return answer.mock.calls[0]?.[0];
  }
  const checked = (permission: string, origin = OWN, isMainFrame = true): unknown =>
    session.permissionCheck?.(...([{}, permission, origin, { isMainFrame }] as never[]));

  it.each(['fullscreen', 'clipboard-sanitized-write'])('gives our own page %s', (permission) => {
    expect(requested(permission)).toBe(true);
    expect(checked(permission)).toBe(true);
  });

  it.each([
    ...['clipboard-read', 'media', 'display-capture', 'geolocation', 'notifications', 'midi', 'midiSysex'],
    ...['pointerLock', 'keyboardLock', 'openExternal', 'fileSystem', 'hid', 'serial', 'usb', 'unknown'],
  ])('denies %s', (permission) => {
    expect(requested(permission)).toBe(false);
    expect(checked(permission)).toBe(false);
  });

  it.each([
    ['another page', 'https://evil.example/', true],
    ['another host', 'acutance://other/', true],
    ['a page without an address', '', true],
    ['an embedded frame', OWN, false],
  ])('denies %s everything', (_name, address, mainFrame) => {
    expect(requested('fullscreen', address, mainFrame)).toBe(false);
    expect(checked('fullscreen', address, mainFrame)).toBe(false);
  });

  it('gives no device and no screen', () => {
    expect(session.devicePermission?.()).toBe(false);
    const screen = vi.fn();
    session.displayMedia?.(...([{}, screen] as never[]));
    expect(screen).toHaveBeenCalledWith(null);
  });

  it.each([
    ['select-hid-device', [{}], [null]],
    ['select-serial-port', [[], {}], ['']],
    ['select-usb-device', [{}], []],
  ])('chooses nothing when asked to: %s', (name, details, choice) => {
    const event = new FakeEvent();
    const choose = vi.fn();
    session.emit(name, event, ...details, choose);
    expect(event.prevented).toBe(true);
    expect(choose).toHaveBeenCalledWith(...choice);
  });

  it('downloads nothing', () => {
    const event = new FakeEvent();
    session.emit('will-download', event);
    expect(event.prevented).toBe(true);
    expect(session.setSpellCheckerEnabled).toHaveBeenCalledWith(false);
  });

  it('reaches neither a network nor files', () => {
    const [filter, listener] = session.webRequest.onBeforeRequest.mock.calls[0] as [
      { urls: string[] },
      (details: object, callback: (response: object) => void) => void,
    ];
    const schemes = filter.urls.map((pattern) => pattern.split(':')[0]);
    expect(schemes.sort()).toEqual(['file', 'http', 'https', 'ws', 'wss']);
    const answer = vi.fn();
    listener({}, answer);
    expect(answer).toHaveBeenCalledWith({ cancel: true });
  });
});

describe('the page', () => {
  let contents: FakeContents;

  beforeEach(() => {
    contents = new FakeContents();
    lockContents(contents as never);
  });

  function prevented(name: string, details: object): boolean {
    const event = Object.assign(new FakeEvent(), details);
    contents.emit(name, event);
    return event.prevented;
  }

  it.each([
    'https://evil.example/',
    'file:///etc/passwd',
    'acutance://other/',
    'acutance://app/other',
    'about:blank',
  ])('stays where it is: %s', (url) => {
    expect(prevented('will-navigate', { url })).toBe(true);
    expect(prevented('will-frame-navigate', { url, isMainFrame: true })).toBe(true);
  });

  it('may be loaded anew', () => {
    expect(prevented('will-navigate', { url: OWN })).toBe(false);
    expect(prevented('will-frame-navigate', { url: OWN, isMainFrame: true })).toBe(false);
  });

  it('embeds nothing and follows no redirect', () => {
    expect(prevented('will-frame-navigate', { url: OWN, isMainFrame: false })).toBe(true);
    expect(prevented('will-redirect', { url: OWN })).toBe(true);
    expect(prevented('will-attach-webview', {})).toBe(true);
  });

  it('opens no window, and nothing in another program', () => {
    expect(contents.openWindow?.({ url: 'https://example.com/' })).toEqual({ action: 'deny' });
  });

  it('gets no Bluetooth device', () => {
    const event = new FakeEvent();
    const choose = vi.fn();
    contents.emit('select-bluetooth-device', event, [], choose);
    expect(event.prevented).toBe(true);
    expect(choose).toHaveBeenCalledWith('');
  });
});
