import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { fixture } from './support/media-copy.ts';
import { problemOf, startApp, workFolder } from './support/running-app.ts';

interface Start {
  /** Milliseconds from the call of `createApp` to the first answer. */
  readonly milliseconds: number;
  readonly status: number;
  /** Native libraries in the process. */
  readonly libraries: readonly string[];
}

/** Starts the application in a process of its own and answers one request. */
async function startOnce(): Promise<Start> {
  const program = fileURLToPath(new URL('./support/app-start.ts', import.meta.url));
  const child = spawn(process.execPath, [program, workFolder()], { stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
  await once(child, 'close');
  return JSON.parse(printed) as Start;
}

describe('a start', () => {
  it('answers before anyone has to wait', async () => {
    const starts = [await startOnce(), await startOnce(), await startOnce()];
    expect(starts.map(({ status }) => status)).toEqual([200, 200, 200]);
    // It takes a few dozen; a machine that does much else at the same time is no reason to fail.
    expect(Math.min(...starts.map(({ milliseconds }) => milliseconds))).toBeLessThan(1000);
  });

  it.skipIf(process.platform !== 'linux')(
    'loads neither decoder nor networks into this process',
    async () => {
      const { libraries } = await startOnce();
      expect(libraries.some((path) => path.includes('better-sqlite3'))).toBe(true);
      expect(libraries.filter((path) => /node-av|avcodec|onnxruntime|webgpu|vulkan/i.test(path))).toEqual([]);
    },
  );

  it('tells every page when what was chosen before is lost', async () => {
    const folder = workFolder();
    const first = await startApp(folder);
    await first.app.dispose();
    writeFileSync(join(folder, 'data', 'project.sqlite'), 'damaged');
    const second = await startApp(folder);
    expect(await second.waitFor('problem')).toMatchObject({ problem: { code: 'input-corrupt' } });
    const response = await second.get('/api/events');
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).toContain('"code":"input-corrupt"');
    await reader.cancel();
  });
});

describe('an end', () => {
  it('stops what is under way, and answers what comes later with a problem', async () => {
    const { app, get, send, root, logged } = await startApp();
    const path = join(root, 'clip.mp4');
    copyFileSync(fixture('stream.mp4'), path);
    const opening = send('POST', '/api/clips', { path });
    const events = await get('/api/events');
    await Promise.all([app.dispose(), app.dispose()]);
    expect([200, 499]).toContain((await opening).status);
    // The stream ends instead of waiting for ever.
    await events.text();
    expect((await problemOf(await get('/api/session'))).code).toBe('cancelled');
    expect(logged).toEqual([]);
  });
});
