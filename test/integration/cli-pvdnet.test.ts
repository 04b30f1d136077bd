import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fillState, type FillState } from '../fixtures/fill.ts';
import { loadFixture, maxDifference } from '../support/arrays.ts';
import { isMissing } from '../support/test-tools.ts';
import { CommandBench } from './support/command-bench.ts';
import { frameTimes, makeClip, parseEvents } from './support/command-line.ts';

let bench: CommandBench;

beforeAll(() => {
  bench = new CommandBench();
  const text = readFileSync(new URL('../fixtures/parity/pvdnet/state.json', import.meta.url), 'utf8');
  const state = JSON.parse(text) as FillState;
  const values = fillState(state);
  for (const part of ['BIMNet', 'PVDNet']) {
    const tensors = state.tensors.filter(({ name }) => name.startsWith(`${part}.`));
    bench.writeWeights(
      `${part}.safetensors`,
      tensors.map(({ name, shape }) => [
        name.slice(part.length + 1),
        { dims: shape, data: values.get(name)! },
      ]),
    );
  }
  const { data, dims } = loadFixture('parity/pvdnet/seq_72x104/input.npy');
  bench.writeArray('in.npy', { data: data.map((value) => (value + 1) / 2), dims });
});

afterAll(() => bench.dispose());

/** How far a result is from that of the published code, whose values are in [-1, 1]. */
function distanceFromPublished(file: string): number {
  const expected = loadFixture('parity/pvdnet/seq_72x104/expected.npy').data;
  return maxDifference(
    bench.readArray(file).data.map((value) => 2 * value - 1),
    expected,
  );
}

describe('PVDNet on the command line', () => {
  it('tells how to import weights while there are none', async () => {
    const { code, stderr } = await bench.run(
      ...['infer', '--network', 'pvdnet', '--device', 'cpu', '--input', 'in.npy', '--output', 'out.npy'],
    );
    expect(code).toBe(5);
    expect(stderr).toContain('There are no weights for pvdnet medium');
    expect(stderr).toContain('weights import FILE --network pvdnet');
  });

  describe('with imported weights', () => {
    beforeAll(async () => {
      const imported = await bench.run(
        ...['weights', 'import', 'PVDNet.safetensors', 'BIMNet.safetensors', '--network', 'pvdnet'],
      );
      expect(imported.stderr).toBe('');
      expect(imported.stdout).toContain('for pvdnet medium');
      expect((await bench.run('weights', 'list')).stdout).toMatch(/^[0-9a-f]{12} +pvdnet +medium/m);
    });

    it.each([
      ['the default size and stages', []],
      ['the published size by its common name', ['--size', 'paper']],
    ])('gives what the published code gives, %s', async (_, more) => {
      const files = ['--input', 'in.npy', '--output', 'out.npy', '--overwrite'];
      const { code, stdout } = await bench.run(
        ...['infer', '--network', 'pvdnet', '--device', 'cpu', '--json', ...files, ...more],
      );
      expect(code).toBe(0);
      expect(parseEvents(stdout).at(-1)).toMatchObject({
        deblur: { network: 'pvdnet', size: 'medium', stages: 1 },
      });
      expect(distanceFromPublished('out.npy')).toBeLessThan(1e-4);
    });

    it('gives something else without motion', async () => {
      const files = ['--input', 'in.npy', '--output', 'still.npy'];
      const { code } = await bench.run(
        'infer',
        '--network',
        'pvdnet',
        '--device',
        'cpu',
        '--no-motion',
        ...files,
      );
      expect(code).toBe(0);
      expect(distanceFromPublished('still.npy')).toBeGreaterThan(1e-3);
    });

    it.each([
      [['--stages', '2'], /PVDNet runs with .*not 2/],
      [['--size', 'small'], /no weights for pvdnet small/],
    ])('refuses %j', async (more, message) => {
      const files = ['--input', 'in.npy', '--output', 'no.npy'];
      const { code, stderr } = await bench.run(
        ...['infer', '--network', 'pvdnet', '--device', 'cpu', ...files, ...more],
      );
      expect(code).not.toBe(0);
      expect(stderr).toMatch(message);
    });

    it('refuses options that another network has', async () => {
      const files = ['--input', 'in.npy', '--output', 'no.npy'];
      const { code, stderr } = await bench.run('infer', '--device', 'cpu', '--no-motion', ...files);
      expect(code).toBe(2);
      expect(stderr).toContain('CDVD-TSP has no option "motion"');
    });

    it.skipIf(isMissing('ffmpeg'))('deblurs a clip: all frames, at their times', async () => {
      const clip = makeClip(
        bench.path('clip.mp4'),
        'testsrc2=size=64x48:rate=25:duration=0.24',
        '-pix_fmt',
        'yuv420p',
      );
      const { code, stderr } = await bench.run(
        ...['deblur', 'clip.mp4', '-o', 'sharp.mkv', '--preset', 'ffv1', '--network', 'pvdnet'],
        ...['--device', 'cpu'],
      );
      expect(stderr).not.toContain('Error');
      expect(code).toBe(0);
      expect(frameTimes(bench.path('sharp.mkv'))).toEqual(frameTimes(clip));
    });
  });
});
