import { EventEmitter } from 'node:events';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { CrashRecovery } from '../../../../src/main/hosts/electron/crash-recovery.ts';
import { catchFatalErrors } from '../../../../src/main/hosts/electron/fatal-errors.ts';
import { QuitGuard } from '../../../../src/main/hosts/electron/quit-guard.ts';
import type { Job } from '../../../../src/shared/api/job.ts';
import { FakeWindow } from './support/fake-electron.ts';
import { someJob } from './support/some-job.ts';

const log = { path: '/logs/acutance.log', write: vi.fn(), writeError: vi.fn() };
const dialog = { showMessageBox: vi.fn(), showErrorBox: vi.fn() };
const quit = vi.fn();

beforeEach(() => {
  for (const mock of [log.write, log.writeError, quit]) mock.mockReset();
  for (const mock of Object.values(dialog)) mock.mockReset();
});

describe('quitting', () => {
  const guardOver = (exports: readonly Job[]) =>
    new QuitGuard({ dialog, exports: () => exports, window: () => undefined, quit });

  it('is free while nothing is exported', () => {
    expect(guardOver([]).mayQuit()).toBe(true);
    expect(dialog.showMessageBox).not.toHaveBeenCalled();
  });

  it('asks once while an export runs, and goes on if the user says so', async () => {
    const answer = Promise.withResolvers<{ response: number }>();
    dialog.showMessageBox.mockReturnValue(answer.promise);
    const guard = guardOver([someJob()]);
    expect(guard.mayQuit()).toBe(false);
    expect(guard.mayQuit()).toBe(false);
    expect(dialog.showMessageBox).toHaveBeenCalledOnce();
    expect(dialog.showMessageBox.mock.calls[0]?.[0]).toMatchObject({
      message: '“street.mp4” is still being exported.',
      defaultId: 0,
      cancelId: 0,
    });
    answer.resolve({ response: 1 });
    await vi.waitFor(() => expect(quit).toHaveBeenCalledOnce(), 20_000);
    expect(guard.mayQuit()).toBe(true);
  });

  it('does not happen if the user keeps exporting, and is asked again later', async () => {
    dialog.showMessageBox.mockResolvedValue({ response: 0 });
    const guard = guardOver([someJob({ id: '1' }), someJob({ id: '2' })]);
    expect(guard.mayQuit()).toBe(false);
    await vi.waitFor(() => {
      expect(guard.mayQuit()).toBe(false);
      expect(dialog.showMessageBox).toHaveBeenCalledTimes(2);
    }, 20_000);
    expect(dialog.showMessageBox.mock.calls[0]?.[0]).toMatchObject({
      message: '2 clips are still being exported.',
    });
    expect(quit).not.toHaveBeenCalled();
  });
});

describe('a page that crashes', () => {
  const reload = vi.fn();
  const notice = vi.fn();
  let window: FakeWindow;
  let now: number;

  beforeEach(() => {
    reload.mockReset();
    notice.mockReset();
    now = 0;
    window = new FakeWindow();
    new CrashRecovery({ dialog, log, reload, notice, quit, now: () => now }).watch(window as never);
  });
  const crash = (reason = 'crashed') =>
    window.webContents.emit('render-process-gone', {}, { reason, exitCode: 139 });

  it('is loaded anew and says so', () => {
    crash();
    expect(reload).toHaveBeenCalledOnce();
    expect(notice.mock.calls[0]?.[0]).toMatch(/crashed and was restored/);
    expect(log.write).toHaveBeenCalledWith("The window's page ended: crashed (139)");
  });

  it('that ran out of memory says that', () => {
    crash('oom');
    expect(notice.mock.calls[0]?.[0]).toMatch(/ran out of memory/);
  });

  it('is left alone when it ended by itself', () => {
    crash('clean-exit');
    expect(reload).not.toHaveBeenCalled();
  });

  it.each([
    ['is tried again', 0],
    ['is given up', 1],
  ])('twice within a minute, %s as the user says', async (_name, response) => {
    dialog.showMessageBox.mockResolvedValue({ response });
    crash();
    now = 59_000;
    crash();
    await vi.waitFor(() => {
      expect(reload).toHaveBeenCalledTimes(response === 0 ? 2 : 1);
      expect(quit).toHaveBeenCalledTimes(response);
    }, 20_000);
    expect(dialog.showMessageBox.mock.calls[0]?.[1]).toMatchObject({
      detail: expect.stringContaining(log.path),
    });
  });

  it('once in a while is just loaded anew', () => {
    crash();
    now = 61_000;
    crash();
    expect(reload).toHaveBeenCalledTimes(2);
    expect(dialog.showMessageBox).not.toHaveBeenCalled();
  });

  it('and hangs can be waited for or ended', async () => {
    dialog.showMessageBox.mockResolvedValueOnce({ response: 0 });
    window.emit('unresponsive');
    await new Promise(setImmediate);
    expect(window.webContents.forcefullyCrashRenderer).not.toHaveBeenCalled();
    dialog.showMessageBox.mockResolvedValueOnce({ response: 1 });
    window.emit('unresponsive');
    await new Promise(setImmediate);
    expect(window.webContents.forcefullyCrashRenderer).toHaveBeenCalledOnce();
  });

  it('and comes to itself takes the question away', async () => {
    const answer = Promise.withResolvers<{ response: number }>();
    dialog.showMessageBox.mockReturnValueOnce(answer.promise);
    window.emit('unresponsive');
    window.emit('unresponsive');
    window.emit('responsive');
    const [, options] = dialog.showMessageBox.mock.calls[0] as [unknown, { signal: AbortSignal }];
    expect(options.signal.aborted).toBe(true);
    answer.resolve({ response: 1 });
    await new Promise(setImmediate);
    expect(dialog.showMessageBox).toHaveBeenCalledOnce();
    expect(window.webContents.forcefullyCrashRenderer).not.toHaveBeenCalled();
  });
});

describe('a defect that nobody caught', () => {
  it('is logged, told once with the place of the log, and ends the application', () => {
    const source = new EventEmitter();
    const app = { exit: vi.fn() };
    catchFatalErrors({ app, dialog }, source, log);
    source.emit('uncaughtException', new Error('boom'));
    source.emit('uncaughtException', new Error('boom again'));
    expect(log.writeError).toHaveBeenCalledTimes(2);
    expect(dialog.showErrorBox).toHaveBeenCalledOnce();
    expect(dialog.showErrorBox.mock.calls[0]?.[1]).toMatch(/^boom\n[^]*\/logs\/acutance\.log$/);
    expect(app.exit).toHaveBeenCalledWith(1);
  });

  it('is only logged when it is a promise that nobody waited for', () => {
    const source = new EventEmitter();
    const app = { exit: vi.fn() };
    catchFatalErrors({ app, dialog }, source, log);
    source.emit('unhandledRejection', new Error('late'));
    expect(log.writeError).toHaveBeenCalledOnce();
    expect(app.exit).not.toHaveBeenCalled();
  });
});
