import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { FrameConverter } from '../../src/main/media/frame-converter.ts';
import { VideoReader } from '../../src/main/media/video-reader.ts';
import { EngineClient } from '../../src/main/render/engine-client.ts';
import { forkEngine, type EngineSpawner } from '../../src/main/render/engine-spawner.ts';
import { FrameService } from '../../src/main/render/frame-service.ts';
import { waitUntil } from './support/command-line.ts';
import { fixture, temporaryFolder } from './support/media-copy.ts';

const folder = temporaryFolder();
const clip = fixture('stream.mp4');
const RAW = { format: 'raw' } as const;

const open: { service: FrameService; engine: EngineClient }[] = [];
function start(spawn?: EngineSpawner): { service: FrameService; engine: EngineClient } {
  // Patient, so that a slow machine kills no engine.
  const engine = new EngineClient({ spawn, graceMs: 60_000 });
  const started = { engine, service: new FrameService(engine) };
  open.push(started);
  return started;
}

/** Engines that are killed when they begin with certain frames, and not heard any more. */
function dyingAt(...frames: readonly number[]): EngineSpawner {
  const waiting = new Set(frames);
  return (entry, listeners) => {
    let fatal: number | undefined;
    const engine = forkEngine(entry, {
      ...listeners,
      message: (event) => {
        if (event.id !== fatal) listeners.message(event);
        else if (event.type === 'started') {
          listeners.message(event);
          engine.kill();
        }
      },
    });
    return {
      get pid() {
        return engine.pid;
      },
      kill: () => engine.kill(),
      send: (request) => {
        if (request.type === 'run' && request.kind === 'frame') {
          const { frame } = request.request as { readonly frame: number };
          if (waiting.delete(frame)) fatal = request.id;
        }
        engine.send(request);
      },
    };
  };
}

afterEach(async () => {
  for (const { service, engine } of open.splice(0)) {
    await service.dispose();
    await engine.dispose();
  }
});

/** Frames of a clip as bytes for the screen, by way of the reader and the converter to floating point. */
async function expectedFrames(path: string, wanted: readonly number[]): Promise<Map<number, Uint8Array>> {
  const found = new Map<number, Uint8Array>();
  const converter = new FrameConverter();
  for await (const frame of (await VideoReader.open(path)).frames()) {
    if (wanted.includes(frame.index)) {
      const rgb = converter.toRgb(frame);
      const size = frame.width * frame.height;
      const bytes = new Uint8Array(4 * size).fill(255);
      for (let i = 0; i < 3 * size; i++) {
        bytes[4 * (i % size) + Math.floor(i / size)] = Math.round(Math.min(1, Math.max(0, rgb[i]!)) * 255);
      }
      found.set(frame.index, bytes);
    }
    frame.dispose();
  }
  return found;
}

describe('frames for the screen', () => {
  it('are those of the clip, whatever the order they are asked for in', async () => {
    const { service } = start();
    const numbers = [0, 89, 45, 46, 47, 48, 3, 2, 1];
    const expected = await expectedFrames(clip, numbers);
    for (const number of numbers) {
      const { bytes, width, height } = await service.frame(clip, number, RAW);
      expect([width, height]).toEqual([480, 360]);
      expect(Buffer.compare(bytes, expected.get(number)!), `frame ${number}`).toBe(0);
    }
    const together = await Promise.all(numbers.map((number) => service.frame(clip, number, RAW)));
    together.forEach(({ bytes }, at) => {
      expect(Buffer.compare(bytes, expected.get(numbers[at]!)!)).toBe(0);
    });
  });

  it('are told with the index of the clip', async () => {
    const { service } = start();
    const { clip: description, index, width, height } = await service.index(fixture('rotated.mp4'));
    expect(description).toMatchObject({ codec: 'h264', width: 240, height: 136, rotation: 90 });
    expect({ width, height, frames: index.pts.length }).toEqual({ width: 136, height: 240, frames: 12 });
    expect(await service.index(fixture('rotated.mp4'))).toMatchObject({
      modified: expect.any(Number) as number,
    });
  });

  it('are shown upright', async () => {
    const { service } = start();
    const path = fixture('rotated.mp4');
    const stored = (await expectedFrames(path, [5])).get(5)!;
    const { bytes, width, height } = await service.frame(path, 5, RAW);
    expect([width, height]).toEqual([136, 240]);
    // Turned clockwise, the lower left corner comes to the upper left.
    expect([...bytes.subarray(0, 4)]).toEqual([...stored.subarray(4 * 240 * 135, 4 * 240 * 135 + 4)]);
    expect([...bytes.subarray(4 * 135, 4 * 136)]).toEqual([...stored.subarray(0, 4)]);
  });

  it('come as PNG, as JPEG and in other sizes', async () => {
    const { service } = start();
    const png = await service.frame(clip, 7, { format: 'png' });
    expect(Buffer.from(png.bytes.subarray(0, 4)).toString('latin1')).toBe('\x89PNG');
    const jpeg = await service.frame(clip, 7, { format: 'jpeg', maxWidth: 160, urgency: 'background' });
    expect([jpeg.width, jpeg.height]).toEqual([160, 120]);
    expect([...jpeg.bytes.subarray(0, 2)]).toEqual([0xff, 0xd8]);
    const small = await service.frame(clip, 7, { ...RAW, maxWidth: 100 });
    expect([small.width, small.height, small.bytes.length]).toEqual([100, 75, 30_000]);
  });

  it('are kept, and made again when the file changes', async () => {
    const { service, engine } = start();
    const path = join(folder, 'changing.mp4');
    copyFileSync(clip, path);
    const first = await service.frame(path, 4, RAW);
    expect(await service.frame(path, 4, RAW)).toBe(first);
    copyFileSync(fixture('vfr.mp4'), path);
    utimesSync(path, new Date(), new Date(Date.now() + 5000));
    expect(await service.frame(path, 4, RAW)).toMatchObject({ width: 160, height: 120 });
    expect((await service.index(path)).index.pts).toHaveLength(24);
    expect(engine.pid).toBeDefined();
  });

  it('that do not exist are refused', async () => {
    const { service } = start();
    await expect(service.frame(clip, 90, RAW)).rejects.toMatchObject({ code: 'usage' });
    await expect(service.frame(join(folder, 'none.mp4'), 0, RAW)).rejects.toMatchObject({
      code: 'input-unreadable',
    });
    writeFileSync(join(folder, 'text.mp4'), 'no clip');
    await expect(service.index(join(folder, 'text.mp4'))).rejects.toMatchObject({
      code: 'input-unsupported',
    });
    expect((await service.frame(clip, 89, RAW)).width).toBe(480);
  });
});

describe('the sound of a clip', () => {
  it('is read piece by piece as a WAV file', async () => {
    const { service } = start();
    const sound = (await service.sound(clip))!;
    expect(sound).toMatchObject({ codec: 'aac', channels: 1, bytes: 303_204 });
    const whole = await service.readSound(clip, 0, sound.bytes);
    expect(whole).toHaveLength(sound.bytes);
    const parts = await Promise.all([
      service.readSound(clip, 0, 1000),
      service.readSound(clip, 1000, 200_001),
      service.readSound(clip, 200_001, sound.bytes + 5),
    ]);
    expect(Buffer.compare(Buffer.concat(parts), whole)).toBe(0);
    expect(new Int16Array(whole.buffer, 44).some((sample) => Math.abs(sample) > 100)).toBe(true);
  });

  it('may be missing', async () => {
    const { service } = start();
    const silent = fixture('vfr.mp4');
    expect(await service.sound(silent)).toBeUndefined();
    await expect(service.readSound(silent, 0, 10)).rejects.toMatchObject({ code: 'usage' });
  });
});

describe('a request that is cancelled', () => {
  it('leaves the engine alone', async () => {
    const { service, engine } = start();
    await service.frame(clip, 0, RAW);
    const { pid } = engine;
    const abort = new AbortController();
    const requests = [80, 20, 60].map((number) =>
      service.frame(clip, number, { ...RAW, signal: abort.signal }),
    );
    setTimeout(() => abort.abort(), 5);
    for (const outcome of await Promise.allSettled(requests)) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'cancelled' });
    }
    expect((await service.frame(clip, 30, RAW)).width).toBe(480);
    expect(engine.pid).toBe(pid);
  });
});

describe('when the engine ends', () => {
  it('the request fails, and the next one starts another', async () => {
    const { service, engine } = start(dyingAt(70));
    await service.frame(clip, 0, RAW);
    const { pid } = engine;
    await expect(service.frame(clip, 70, RAW)).rejects.toMatchObject({ code: 'engine-died' });
    expect((await service.frame(clip, 70, RAW)).width).toBe(480);
    expect(engine.pid).not.toBe(pid);
  });

  it('while nothing is asked of it, nobody notices', async () => {
    const { service, engine } = start();
    await service.frame(clip, 0, RAW);
    const { pid = 0 } = engine;
    process.kill(pid, 'SIGKILL');
    expect((await service.frame(clip, 70, RAW)).width).toBe(480);
    expect(engine.pid).not.toBe(pid);
  });

  it('again and again over the same clip, the clip is left alone', async () => {
    const { service } = start(dyingAt(10, 11));
    for (const frame of [10, 11]) {
      await service.frame(fixture('vfr.mp4'), 0, RAW);
      await expect(service.frame(clip, frame, RAW)).rejects.toMatchObject({ code: 'engine-died' });
    }
    await expect(service.frame(clip, 30, RAW)).rejects.toThrow('several times');
    expect((await service.frame(fixture('vfr.mp4'), 1, RAW)).width).toBe(160);
  });

  it('nothing is left behind by an application that was killed', async () => {
    const caller = fileURLToPath(new URL('./support/frame-caller.ts', import.meta.url));
    const child = spawn(process.execPath, [caller, clip], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    expect(said.toString()).toContain('480');
    const left = () =>
      readdirSync(tmpdir()).filter((name) => name.startsWith(`acutance-frames-${child.pid}-`));
    expect(left()).toHaveLength(1);
    child.kill('SIGKILL');
    await waitUntil(() => left().length === 0);
  });

  it('nothing is left behind', async () => {
    const { service, engine } = start();
    const all = () =>
      readdirSync(tmpdir()).filter((name) => name.startsWith(`acutance-frames-${process.pid}-`));
    // Those of the tests before may still be on their way out.
    const before = new Set(all());
    const left = () => all().filter((name) => !before.has(name));
    await service.frame(clip, 0, RAW);
    expect(left()).toHaveLength(1);
    await service.dispose();
    await engine.dispose();
    expect(left()).toEqual([]);
    await expect(service.frame(clip, 0, RAW)).rejects.toMatchObject({ code: 'cancelled' });
  });
});
