import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OpenRequests, filesAmong } from '../../../../src/main/hosts/electron/open-requests.ts';

const NAME = 'a "quoted" %20 clip 🎬\nline.mp4';
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'acutance-open-'));
  writeFileSync(join(folder, NAME), '');
  mkdirSync(join(folder, 'folder.mp4'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the parameters of the program', () => {
  it.each([
    ['a path', () => join(folder, NAME)],
    ['a path from where it was started', () => `./${NAME}`],
    ['an address, as file managers give it', () => pathToFileURL(join(folder, NAME)).href],
  ])('name a file by %s', (_name, parameter) => {
    expect(filesAmong([parameter()], folder)).toEqual([join(folder, NAME)]);
  });

  it('name nothing else: options, folders, what is not there, other addresses', () => {
    const others = ['', '--inspect', '-', 'folder.mp4', 'missing.mp4', 'https://example.com/a.mp4'];
    expect(filesAmong([...others, 'file://server/a.mp4', 'file:///%zz'], folder)).toEqual([]);
  });
});

describe('requests to open a file', () => {
  it('wait until someone can take them, and go on as they come', () => {
    const requests = new OpenRequests();
    const opened: string[] = [];
    requests.add('/a');
    requests.add('/b');
    requests.add('/c');
    expect(requests.takeLast()).toBe('/c');
    requests.deliverTo((path) => opened.push(path));
    requests.add('/d');
    expect(opened).toEqual(['/a', '/b', '/d']);
    expect(requests.takeLast()).toBeUndefined();
  });
});
