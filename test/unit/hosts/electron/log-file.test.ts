import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogFile } from '../../../../src/main/hosts/electron/log-file.ts';

const NOON = () => new Date('2026-03-01T12:00:00Z');

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'acutance-log-'));
  path = join(folder, 'logs/acutance.log');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the log file', () => {
  it('holds one dated entry after the other', () => {
    const log = new LogFile(path, undefined, NOON);
    log.write('first');
    log.write('second\nwith a line more');
    log.write('  \n');
    expect(readFileSync(path, 'utf8')).toBe(
      '2026-03-01T12:00:00.000Z first\n2026-03-01T12:00:00.000Z second\n    with a line more\n',
    );
  });

  it('tells where an error came from, and its causes', () => {
    const log = new LogFile(path, undefined, NOON);
    log.writeError('Opening', new Error('no such clip', { cause: new Error('ENOENT') }));
    log.writeError('Odd', { code: 5 });
    const text = readFileSync(path, 'utf8');
    expect(text).toMatch(/Opening: Error: no such clip\n {8}at .*log-file\.test/);
    expect(text).toContain('caused by: Error: ENOENT');
    expect(text).toContain('Odd: { code: 5 }');
  });

  it('starts anew when it is full and keeps the one before', () => {
    const log = new LogFile(path, 200, NOON);
    for (let entry = 0; entry < 50; entry++) log.write(`entry ${entry}`);
    expect(statSync(path).size).toBeLessThanOrEqual(240);
    expect(statSync(`${path}.old`).size).toBeLessThanOrEqual(240);
    expect(readFileSync(path, 'utf8')).toContain('entry 49\n');
  });

  it('shortens what is endless', () => {
    new LogFile(path).write('x'.repeat(1_000_000));
    expect(statSync(path).size).toBeLessThan(9000);
  });

  it('that can not be written is done without', () => {
    writeFileSync(join(folder, 'logs'), 'a file where a folder should be');
    expect(() => new LogFile(path).write('unheard')).not.toThrow();
  });
});
