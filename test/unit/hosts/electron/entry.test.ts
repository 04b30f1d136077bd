import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { SCHEME_PRIVILEGES } from '../../../../src/main/hosts/electron/app-scheme.ts';

const calls: string[] = [];
const folder = mkdtempSync(join(tmpdir(), 'acutance-entry-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

vi.mock('electron', () => {
  const noted =
    <T>(name: string, result?: T) =>
    (...parameters: unknown[]): T | undefined => {
      calls.push(`${name} ${JSON.stringify(parameters)}`);
      return result;
    };
  return {
    app: {
      enableSandbox: noted('enableSandbox'),
      setName: noted('setName'),
      setAppUserModelId: noted('setAppUserModelId'),
      getPath: (name: string) => join(folder, name),
      requestSingleInstanceLock: noted('requestSingleInstanceLock', true),
      isPackaged: true,
      on: () => undefined,
      // As Electron has it: not before the entry has come to its end.
      whenReady: noted('whenReady', new Promise(() => undefined)),
    },
    protocol: { registerSchemesAsPrivileged: noted('registerSchemesAsPrivileged') },
    dialog: {},
  };
});

it('the entry sets what must be set before Electron is ready, and does not wait for it', async () => {
  const caught = process.listenerCount('uncaughtException');
  await import('../../../../src/main/hosts/electron.ts');
  const names = calls.map((call) => call.split(' ')[0]);
  const beforeReady = ['enableSandbox', 'registerSchemesAsPrivileged', 'requestSingleInstanceLock'];
  for (const name of beforeReady) expect(names.indexOf(name), name).toBeGreaterThanOrEqual(0);
  expect(names.at(-1)).toBe('whenReady');
  expect(calls).toContain(`registerSchemesAsPrivileged ${JSON.stringify([[SCHEME_PRIVILEGES]])}`);
  expect(process.listenerCount('uncaughtException')).toBe(caught + 1);
});
