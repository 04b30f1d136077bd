import { describe, expect, it } from 'vitest';
import type { Checkpoint } from '../../../src/networks/checkpoints/checkpoint.ts';
import { readCheckpoint } from '../../../src/networks/checkpoints/read-checkpoint.ts';
import {
  bytes,
  dict,
  global,
  int,
  legacyFile,
  pickle,
  tensor,
  text,
  tuple,
  zipFile,
} from './pickle-builder.ts';
import type { Piece } from './pickle-builder.ts';

const values = Float32Array.of(1.5, -2);
const floats = bytes(new Uint8Array(values.buffer));
const good = tensor({ dims: [2], strides: [1] });
const object = dict({ weight: good });

function weight(checkpoint: Checkpoint): number[] {
  return [...(checkpoint.tensors.get('weight')?.toFloat32() ?? [])];
}

async function readZip(entries: Record<string, Uint8Array>, variant = {}): Promise<Checkpoint> {
  return await readCheckpoint(await zipFile(entries, variant), 'weights.pth');
}

async function readWrapped(body: Piece): Promise<Checkpoint> {
  return await readCheckpoint(legacyFile(body, [{ key: '0', count: 2, data: floats }]), 'weights.pth');
}

describe('zip archives', () => {
  const entries = { 'data.pkl': pickle(object), 'data/0': floats, version: bytes('3\n') };

  it.each([
    ['deflated', { level: 6 }],
    ['zip64', { zip64: true }],
    ['below any folder name', { prefix: 'epoch 12 (best) ü/' }],
    ['without a folder', { prefix: '' }],
  ])('are read when %s', async (_, variant) => {
    expect(weight(await readZip(entries, variant))).toEqual([1.5, -2]);
  });

  it('are read in either byte order', async () => {
    const swapped = Uint8Array.of(...floats.slice(0, 4).reverse(), ...floats.slice(4).reverse());
    const big = { 'data.pkl': pickle(object), 'data/0': swapped, byteorder: bytes('big') };
    expect(weight(await readZip(big))).toEqual([1.5, -2]);
    expect(weight(await readZip({ ...entries, byteorder: bytes('little') }))).toEqual([1.5, -2]);
    await expect(readZip({ ...entries, byteorder: bytes('middle') })).rejects.toThrow('unknown byte order');
  });

  it('are not read when an entry is corrupted', async () => {
    const file = await zipFile(entries);
    const at = Buffer.from(file).indexOf(Buffer.from(floats));
    file[at] = (file[at] ?? 0) ^ 1;
    await expect(readCheckpoint(file, 'weights.pth')).rejects.toMatchObject({
      code: 'weights-unreadable',
      message: expect.stringContaining('weights.pth is damaged or cut short') as string,
    });
  });

  it('that unpack to more than they state are stopped', async () => {
    const file = await zipFile(
      { 'data/0': new Uint8Array(1_000_000), 'data.pkl': pickle(object) },
      { level: 9 },
    );
    const view = new DataView(file.buffer);
    const central = Buffer.from(file).indexOf(Buffer.from('PK\x01\x02'));
    // The unpacked size, in the entry's own header and in the archive's directory.
    for (const at of [22, central + 24]) {
      expect(view.getUint32(at, true)).toBe(1_000_000);
      view.setUint32(at, floats.byteLength, true);
    }
    await expect(readCheckpoint(file, 'weights.pth')).rejects.toThrow('is damaged or cut short');
  });

  it('that hold no weights are told apart', async () => {
    await expect(readZip({ 'readme.txt': bytes('hello') })).rejects.toThrow(
      'without PyTorch weights (no data.pkl)',
    );
    await expect(readZip({ 'data.pkl': pickle(int(3)) })).rejects.toThrow('holds no tensors');
  });
});

describe('ways of describing a tensor', () => {
  it('reads parts of a storage, as old PyTorch saved them', async () => {
    const part = tensor({ dims: [1], strides: [1], view: tuple(text('part'), int(1), int(1)) });
    expect(weight(await readWrapped(dict({ weight: part })))).toEqual([-2]);
  });

  it('reads untyped storages, as new PyTorch saves unsigned integers', async () => {
    const storage = tuple(
      text('storage'),
      global('torch.storage', 'UntypedStorage'),
      text('0'),
      text('cpu'),
      int(4),
    );
    const hooks = bytes(global('collections', 'OrderedDict'), ')R');
    const args = tuple(
      storage,
      'Q',
      int(0),
      tuple(int(2)),
      tuple(int(1)),
      [0x89],
      hooks,
      global('torch', 'uint16'),
      'N',
    );
    const body = dict({ weight: bytes(global('torch._utils', '_rebuild_tensor_v3'), args, 'R') });
    const checkpoint = await readZip({ 'data.pkl': pickle(body), 'data/0': Uint8Array.of(1, 0, 0, 0xff) });
    expect(checkpoint.tensors.get('weight')?.dtype).toBe('uint16');
    expect(weight(checkpoint)).toEqual([1, 0xff00]);
  });

  it('reads bfloat16', async () => {
    const body = dict({ weight: tensor({ storage: 'BFloat16Storage', count: 3, dims: [3], strides: [1] }) });
    const data = Uint8Array.of(0x80, 0x3f, 0x49, 0xc0, 0x80, 0x7f);
    expect(weight(await readZip({ 'data.pkl': pickle(body), 'data/0': data }))).toEqual([
      1,
      -3.140625,
      Infinity,
    ]);
  });

  it('reads ordered dictionaries of Python 2, a list of pairs', async () => {
    const pairs = bytes('](](', text('weight'), good, 'ee');
    expect(weight(await readWrapped(bytes(global('collections', 'OrderedDict'), tuple(pairs), 'R')))).toEqual(
      [1.5, -2],
    );
  });
});

describe('finding the state_dict', () => {
  const other = tensor({ dims: [2], strides: [0] });

  it.each<[string, Piece, string[]]>([
    ['the object itself', object, []],
    ['state_dict', dict({ epoch: int(3), state_dict: object }), ['state_dict']],
    [
      'params_ema before params',
      dict({ params: dict({ weight: other }), params_ema: object }),
      ['params_ema'],
    ],
    ['two levels down', dict({ model: dict({ state_dict: object }) }), ['model', 'state_dict']],
    [
      'not the optimizer',
      dict({ optimizer: dict({ state: dict({ weight: other }) }), model: object }),
      ['model'],
    ],
    [
      'under a name of its own, if it is the only one',
      dict({ deblurrer: object, epoch: int(1) }),
      ['deblurrer'],
    ],
  ])('%s', async (_, body, path) => {
    const checkpoint = await readWrapped(body);
    expect(checkpoint.statePath).toEqual(path);
    expect(weight(checkpoint)).toEqual([1.5, -2]);
  });

  it('asks when there are several and no telling which', async () => {
    await expect(readWrapped(dict({ flow: object, deblur: object }))).rejects.toThrow(
      'holds several sets of tensors ("flow", "deblur")',
    );
  });

  it('takes data-parallel prefixes off, also doubled, but only where all names have them', async () => {
    const wrapped = await readWrapped(dict({ 'module.module.weight': good }));
    expect([wrapped.keyPrefix, weight(wrapped)]).toEqual(['module.module.', [1.5, -2]]);
    const mixed = await readWrapped(dict({ 'module.a': good, b: good }));
    expect([mixed.keyPrefix, [...mixed.tensors.keys()]]).toEqual(['', ['module.a', 'b']]);
  });

  it('passes over NumPy scalars and devices beside it', async () => {
    const dtype = bytes(
      global('numpy', 'dtype'),
      tuple(text('f8'), [0x89], [0x88]),
      'R',
      tuple(int(3), text('<')),
      'b',
    );
    const raw = bytes(global('_codecs', 'encode'), tuple(text('12345678'), text('latin1')), 'R');
    const scalar = bytes(global('numpy.core.multiarray', 'scalar'), tuple(dtype, raw), 'R');
    const device = bytes(global('torch', 'device'), tuple(text('cuda'), int(0)), 'R');
    const checkpoint = await readWrapped(dict({ best: scalar, device, epoch: int(7), state_dict: object }));
    expect(checkpoint.metadata).toEqual({ epoch: '7' });
  });
});
