import { execFileSync } from 'node:child_process';
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { FileAccess } from '../../../src/main/render/file-access.ts';
import { listFolder, looksLikeVideo } from '../../../src/main/render/file-access-listing.ts';
import { AcutanceError } from '../../../src/shared/errors.ts';

/** A tree with a folder that is open, and one next to it that is not. */
let top: string;
let root: string;
let secret: string;
let access: FileAccess;

beforeEach(() => {
  top = realpathSync(mkdtempSync(join(tmpdir(), 'acutance-access-')));
  root = join(top, 'root');
  mkdirSync(join(root, 'takes'), { recursive: true });
  mkdirSync(join(top, 'root-of-another'));
  secret = join(top, 'root-of-another', 'secret.mp4');
  writeFileSync(secret, 'secret');
  writeFileSync(join(root, 'clip.mp4'), 'clip');
  access = new FileAccess([root]);
  onTestFinished(() => rmSync(top, { recursive: true, force: true }));
});

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    return `allowed: ${String(await work)}`;
  } catch (thrown) {
    if (thrown instanceof AcutanceError) return thrown.code;
    throw thrown;
  }
}

const onUnix = describe.skipIf(process.platform === 'win32');

describe('reading a file', () => {
  it('is allowed below a root', async () => {
    expect(await access.file(join(root, 'clip.mp4'))).toBe(join(root, 'clip.mp4'));
    expect(await access.file(`${root}/takes/./../clip.mp4`).catch(() => 'refused')).toBe('refused');
    expect(await access.file(`${root}//clip.mp4`)).toBe(join(root, 'clip.mp4'));
  });

  it.each([
    ['of a folder whose name begins like a root', () => secret],
    ['through ".."', () => `${root}/../root-of-another/secret.mp4`],
    ['through ".." and back', () => `${root}/takes/../clip.mp4`],
    ['with a relative path', () => 'clip.mp4'],
    ['with no path', () => ''],
    ['with a zero character', () => `${root}/clip.mp4\0.txt`],
    ['of the system', () => '/etc/passwd'],
    ['that does not exist, outside', () => join(top, 'root-of-another', 'missing.mp4')],
    ['that does not exist, in a folder that does not, outside', () => '/nowhere/at/all.mp4'],
  ])('is refused for a file %s', async (_what, path) => {
    expect(await codeOf(access.file(path()))).toBe('path-refused');
    expect(await codeOf(access.folder(path()))).toBe('path-refused');
  });

  it('tells what is missing only where it may look', async () => {
    expect(await codeOf(access.file(join(root, 'missing.mp4')))).toBe('input-unreadable');
    expect(await codeOf(access.file(join(root, 'missing', 'deeper', 'a.mp4')))).toBe('input-unreadable');
    expect(await codeOf(access.file(join(root, 'clip.mp4', 'below a file')))).toBe('input-unreadable');
    expect(await codeOf(access.file(join(root, 'a'.repeat(300))))).toBe('input-unreadable');
    expect(await codeOf(access.file(join(root, 'takes')))).toBe('input-unreadable');
    expect(await codeOf(access.folder(join(root, 'clip.mp4')))).toBe('input-unreadable');
  });

  it.each([
    'emoji 🦋.mp4',
    'quotes " and \' and `.mp4',
    'new\nline\r.mp4',
    'cafe\u0301 (decomposed).mp4',
    'café (composed).mp4',
    ' spaces at the ends .mp4 ',
    '-rf.mp4',
    '%2e%2e%2f.mp4',
    'a...mp4',
    'back\\slash.mp4',
    'back\\..\\slash.mp4',
    '\u202Etxt.mp4',
  ])('works for a file named %j', async (name) => {
    const path = join(root, name);
    writeFileSync(path, 'clip');
    expect(await access.file(path)).toBe(path);
    const { entries } = await listFolder(access, root);
    expect(entries.map((entry) => entry.path)).toContain(path);
  });

  onUnix('through links', () => {
    it('is allowed when the file lies below a root after all', async () => {
      symlinkSync(join(root, 'clip.mp4'), join(root, 'link.mp4'));
      expect(await access.file(join(root, 'link.mp4'))).toBe(join(root, 'clip.mp4'));
    });

    it.each([
      ['to a file outside', () => symlinkSync(secret, join(root, 'x')), 'x'],
      [
        'to a folder outside',
        () => symlinkSync(join(top, 'root-of-another'), join(root, 'x')),
        'x/secret.mp4',
      ],
      ['to the top', () => symlinkSync('/', join(root, 'x')), 'x/etc/passwd'],
      ['by a relative way', () => symlinkSync('../root-of-another/secret.mp4', join(root, 'x')), 'x'],
      [
        'over another link',
        () => {
          symlinkSync(secret, join(root, 'y'));
          symlinkSync(join(root, 'y'), join(root, 'x'));
        },
        'x',
      ],
      ['that dangles, outside', () => symlinkSync('/nowhere/at/all', join(root, 'x')), 'x/deeper'],
    ])('is refused %s', async (_what, link, path) => {
      link();
      expect(await codeOf(access.file(join(root, path)))).not.toContain('allowed');
      expect(await codeOf(access.file(join(root, path)))).toMatch(/path-refused|input-unreadable/);
    });

    it('ends for links that lead in a circle', async () => {
      symlinkSync(join(root, 'b'), join(root, 'a'));
      symlinkSync(join(root, 'a'), join(root, 'b'));
      expect(await codeOf(access.file(join(root, 'a')))).toBe('input-unreadable');
    });

    it('follows a root that is a link itself', async () => {
      symlinkSync(root, join(top, 'link-to-root'));
      const linked = new FileAccess([join(top, 'link-to-root')]);
      expect(await linked.file(join(top, 'link-to-root', 'clip.mp4'))).toBe(join(root, 'clip.mp4'));
      expect(await codeOf(linked.file(secret))).toBe('path-refused');
    });

    it('is refused once a folder on the way was replaced by a link', async () => {
      writeFileSync(join(root, 'takes', 'secret.mp4'), 'harmless');
      expect(await codeOf(access.file(join(root, 'takes', 'secret.mp4')))).toContain('allowed');
      renameSync(join(root, 'takes'), join(root, 'before'));
      symlinkSync(join(top, 'root-of-another'), join(root, 'takes'));
      expect(await codeOf(access.file(join(root, 'takes', 'secret.mp4')))).toBe('path-refused');
    });
  });

  onUnix('of what is no file', () => {
    it.each(['/proc/self/environ', '/proc/self/cwd/package.json', '/sys/kernel', '/dev/zero', '/dev/stdin'])(
      'is refused for %s even with everything open',
      async (path) => {
        expect(await codeOf(new FileAccess(['/']).file(path))).toBe('path-refused');
      },
    );

    it('is refused for pipes and sockets', async () => {
      execFileSync('mkfifo', [join(root, 'pipe.mp4')]);
      expect(await codeOf(access.file(join(root, 'pipe.mp4')))).toBe('path-refused');
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(join(root, 'socket.mp4'), resolve));
      expect(await codeOf(access.file(join(root, 'socket.mp4')))).toBe('path-refused');
      server.close();
    });
  });
});

describe('a file that was chosen in a dialog', () => {
  it('is open, and nothing else of its folder', async () => {
    access.grant(secret);
    writeFileSync(join(top, 'root-of-another', 'other.mp4'), '');
    expect(await access.file(secret)).toBe(secret);
    expect(await codeOf(access.file(join(top, 'root-of-another', 'other.mp4')))).toBe('path-refused');
    expect(await codeOf(access.folder(join(top, 'root-of-another')))).toBe('path-refused');
  });

  onUnix('and then replaced by a link', () => {
    it('is not open any more', async () => {
      const chosen = join(top, 'root-of-another', 'chosen.mp4');
      writeFileSync(chosen, '');
      access.grant(chosen);
      expect(await access.file(chosen)).toBe(chosen);
      rmSync(chosen);
      symlinkSync(secret, chosen);
      expect(await codeOf(access.file(chosen))).toBe('path-refused');
      expect(await codeOf(access.output(chosen))).toBe('path-refused');
    });
  });

  it('may be written before it exists, and read afterwards', async () => {
    const output = join(top, 'root-of-another', 'out.mp4');
    expect(await codeOf(access.output(output))).toBe('path-refused');
    access.grant(output);
    expect(await access.output(output)).toBe(output);
    expect(await codeOf(access.output(`${output}.other`))).toBe('path-refused');
    writeFileSync(output, 'clip');
    expect(await access.file(output)).toBe(output);
  });
});

describe('writing a file', () => {
  it('is allowed in the folders below a root', async () => {
    expect(await access.output(join(root, 'takes', 'out.mp4'))).toBe(join(root, 'takes', 'out.mp4'));
    expect(await access.output(join(root, 'clip.mp4'))).toBe(join(root, 'clip.mp4'));
  });

  it.each([
    ['outside', () => join(top, 'out.mp4'), 'path-refused'],
    ['through ".."', () => `${root}/../out.mp4`, 'path-refused'],
    ['relative', () => 'out.mp4', 'path-refused'],
    ['in a folder that is missing', () => join(root, 'missing', 'out.mp4'), 'output-unwritable'],
    ['in a folder that is missing, outside', () => join(top, 'missing', 'out.mp4'), 'path-refused'],
    ['that is a folder', () => join(root, 'takes'), 'output-unwritable'],
    ['that is the root', () => root, 'output-unwritable'],
    ['below a file', () => join(root, 'clip.mp4', 'out.mp4'), 'output-unwritable'],
    ['of the system', () => '/proc/self/mem', 'path-refused'],
  ])('is refused for a path %s', async (_what, path, code) => {
    expect(await codeOf(access.output(path()))).toBe(code);
  });

  onUnix('through a link', () => {
    it('is refused, wherever the link leads', async () => {
      symlinkSync(secret, join(root, 'out.mp4'));
      symlinkSync(join(root, 'clip.mp4'), join(root, 'inside.mp4'));
      symlinkSync(join(root, 'not yet'), join(root, 'dangling.mp4'));
      for (const name of ['out.mp4', 'inside.mp4', 'dangling.mp4']) {
        expect(await codeOf(access.output(join(root, name)))).toBe('path-refused');
      }
      symlinkSync(join(top, 'root-of-another'), join(root, 'away'));
      expect(await codeOf(access.output(join(root, 'away', 'out.mp4')))).toBe('path-refused');
    });

    it('is refused for a device', async () => {
      expect(await codeOf(new FileAccess(['/']).output('/dev/null'))).toBe('path-refused');
    });
  });
});

describe('listing a folder', () => {
  it('shows folders, then files, numbers in their order, and hides what is hidden', async () => {
    for (const name of ['take10.mov', 'take9.MOV', 'Take1.mov', '.hidden.mp4', 'notes.txt', 'Ätna.mp4']) {
      writeFileSync(join(root, name), '12345');
    }
    mkdirSync(join(root, '.git'));
    mkdirSync(join(root, 'Archive'));
    const folder = await listFolder(access, root);
    expect(folder.entries.map(({ name }) => name)).toEqual([
      'Archive',
      'takes',
      'Ätna.mp4',
      'clip.mp4',
      'notes.txt',
      'Take1.mov',
      'take9.MOV',
      'take10.mov',
    ]);
    expect(folder.entries.find(({ name }) => name === 'take9.MOV')).toMatchObject({
      path: join(root, 'take9.MOV'),
      kind: 'file',
      video: true,
      bytes: 5,
      modifiedAt: expect.any(Number),
    });
    expect(folder.entries.find(({ name }) => name === 'notes.txt')).toMatchObject({ video: false });
  });

  it('names the folder above only as far as it is open', async () => {
    expect(await listFolder(access, join(root, 'takes'))).toMatchObject({ parent: root, entries: [] });
    expect(await listFolder(access, root)).not.toHaveProperty('parent');
    expect(await listFolder(new FileAccess(['/']), '/')).not.toHaveProperty('parent');
  });

  it('stops at 2,000 entries and says so', async () => {
    for (let index = 0; index < 1999; index++) linkSync(join(root, 'clip.mp4'), join(root, `${index}.mp4`));
    expect(await listFolder(access, root)).toMatchObject({ truncated: true, entries: { length: 2000 } });
    rmSync(join(root, '0.mp4'));
    expect(await listFolder(access, root)).toMatchObject({ truncated: false, entries: { length: 2000 } });
  });

  onUnix('with odd things in it', () => {
    it('leaves out pipes and links that lead out or nowhere', async () => {
      execFileSync('mkfifo', [join(root, 'pipe.mp4')]);
      symlinkSync(secret, join(root, 'out.mp4'));
      symlinkSync(join(root, 'nowhere'), join(root, 'dangling.mp4'));
      symlinkSync(join(root, 'clip.mp4'), join(root, 'link.mp4'));
      symlinkSync(join(root, 'takes'), join(root, 'best'));
      const { entries } = await listFolder(access, root);
      expect(entries.map(({ name, kind }) => [name, kind])).toEqual([
        ['best', 'folder'],
        ['takes', 'folder'],
        ['clip.mp4', 'file'],
        ['link.mp4', 'file'],
      ]);
    });

    it.skipIf(process.getuid?.() === 0)('says when it may not be read', async () => {
      mkdirSync(join(root, 'locked'), { mode: 0o000 });
      await expect(listFolder(access, join(root, 'locked'))).rejects.toMatchObject({
        code: 'input-unreadable',
        message: expect.stringContaining('may not be read'),
      });
    });
  });

  it.each(['a.mp4', 'a.MKV', 'a.b.webm', 'x.mxf', 'x.mts'])('takes %s for a video', (name) => {
    expect(looksLikeVideo(name)).toBe(true);
  });

  it.each(['a.txt', 'mp4', '.mp4', 'a.mp4.part', 'a.wav'])('does not take %s for a video', (name) => {
    expect(looksLikeVideo(name)).toBe(false);
  });
});
