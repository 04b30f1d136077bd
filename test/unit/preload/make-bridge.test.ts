import { EventEmitter } from 'node:events';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { makeBridge } from '../../../src/preload/make-bridge.ts';
import type { DesktopBridge } from '../../../src/shared/desktop-bridge.ts';
import { DESKTOP_CHANNELS } from '../../../src/shared/desktop-channels.ts';

class FakeIpc extends EventEmitter {
  readonly invoke = vi.fn<(...message: unknown[]) => unknown>().mockResolvedValue(['/clips/a.mp4']);
  readonly send = vi.fn<(...message: unknown[]) => void>();
}

let ipc: FakeIpc;
let bridge: DesktopBridge;

beforeEach(() => {
  ipc = new FakeIpc();
  const getPathForFile = (file: unknown): string => {
    if (typeof file !== 'object' || file === null) throw new TypeError('not a File');
    return 'disk' in file ? String(file.disk) : '';
  };
  bridge = makeBridge({ ipc: ipc as never, webUtils: { getPathForFile } });
});

describe('the bridge of the desktop window', () => {
  it('is what the page is promised and nothing more', () => {
    const promised: Record<keyof DesktopBridge, true> = {
      chooseClips: true,
      chooseWeights: true,
      chooseOutput: true,
      pathsOfDropped: true,
      showInFolder: true,
      setProgress: true,
      setEnabledCommands: true,
      setTheme: true,
      onMenuCommand: true,
      onNotice: true,
    };
    expect(Object.keys(bridge).sort()).toEqual(Object.keys(promised).sort());
  });

  it('asks over one channel for each question', async () => {
    expect(await bridge.chooseClips()).toEqual(['/clips/a.mp4']);
    const suggestion = { name: 'a.mp4', extensions: ['mp4'] };
    await bridge.chooseWeights();
    await bridge.chooseOutput(suggestion);
    await bridge.showInFolder('/clips/a.mp4');
    bridge.setProgress(0.5);
    bridge.setProgress(undefined);
    bridge.setTheme('dark');
    bridge.setEnabledCommands(['open']);
    expect(ipc.invoke.mock.calls).toEqual([
      [DESKTOP_CHANNELS.chooseClips],
      [DESKTOP_CHANNELS.chooseWeights],
      [DESKTOP_CHANNELS.chooseOutput, suggestion],
      [DESKTOP_CHANNELS.showInFolder, '/clips/a.mp4'],
    ]);
    expect(ipc.send.mock.calls).toEqual([
      [DESKTOP_CHANNELS.progress, 0.5],
      [DESKTOP_CHANNELS.progress, undefined],
      [DESKTOP_CHANNELS.theme, 'dark'],
      [DESKTOP_CHANNELS.enabledCommands, ['open']],
    ]);
  });

  it('has only files on a disk granted', async () => {
    await bridge.pathsOfDropped([{ disk: '/clips/a.mp4' }, { kind: 'text' }, 'text', { disk: '/b.mov' }]);
    expect(ipc.invoke).toHaveBeenCalledWith(DESKTOP_CHANNELS.grantDropped, ['/clips/a.mp4', '/b.mov']);
  });

  it('passes menu commands on, without the event, until it is told to stop', () => {
    const listener = vi.fn();
    const stop = bridge.onMenuCommand(listener);
    ipc.emit(DESKTOP_CHANNELS.menuCommand, { sender: 'secret' }, 'open');
    stop();
    ipc.emit(DESKTOP_CHANNELS.menuCommand, { sender: 'secret' }, 'export');
    expect(listener.mock.calls).toEqual([['open']]);
  });

  it('keeps a notice until someone listens', () => {
    ipc.emit(DESKTOP_CHANNELS.notice, {}, 'The window crashed and was restored.');
    const listener = vi.fn();
    bridge.onNotice(listener);
    ipc.emit(DESKTOP_CHANNELS.notice, {}, 'Once more.');
    expect(listener.mock.calls).toEqual([['The window crashed and was restored.'], ['Once more.']]);
  });
});
