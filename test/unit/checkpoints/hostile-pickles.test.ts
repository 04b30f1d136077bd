import { describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../../src/networks/checkpoints/read-checkpoint.ts';
import {
  bytes,
  dict,
  global,
  int,
  int64,
  legacyFile,
  pickle,
  tensor,
  text,
  tuple,
  uint32,
  zipFile,
} from './pickle-builder.ts';
import type { Piece } from './pickle-builder.ts';

const floats = bytes(new Uint8Array(Float32Array.of(1.5, -2).buffer));
const storages = [{ key: '0', count: 2, data: floats }];
const good = tensor({ dims: [2], strides: [1] });

async function problem(file: Uint8Array): Promise<{ code: string; message: string }> {
  const error: unknown = await readCheckpoint(file, 'weights.pth').then(
    () => new Error('was read'),
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ name: 'AcutanceError', code: expect.any(String) as string });
  return error as { code: string; message: string };
}

describe('pickles that ask for more than data', () => {
  const command = text('touch pwned');
  const attempts: Record<string, [body: Piece, named: string]> = {
    'GLOBAL and REDUCE': [bytes(global('os', 'system'), tuple(command), 'R'), '"os.system"'],
    'a mere mention': [dict({ a: good, b: global('subprocess', 'Popen') }), '"subprocess.Popen"'],
    STACK_GLOBAL: [bytes(text('builtins'), text('exec'), [0x93]), '"builtins.exec"'],
    'STACK_GLOBAL out of the memo': [
      bytes(text('nt'), [0x94], text('system'), [0x94], '00h\x00h\x01', [0x93]),
      '"nt.system"',
    ],
    'STACK_GLOBAL of what is no text': [bytes('N', text('x'), [0x93]), 'not text'],
    INST: [bytes('(', command, 'ios\nsystem\n'), '"os.system"'],
    OBJ: [bytes('(', global('os', 'system'), command, 'o'), '"os.system"'],
    NEWOBJ: [bytes(global('os', 'system'), tuple(command), [0x81]), '"os.system"'],
    'NEWOBJ_EX with named arguments': [
      bytes(global('collections', 'OrderedDict'), ')', dict({ a: 'N' }), [0x92]),
      'named arguments',
    ],
    EXT1: [bytes([0x82, 7]), 'extension 7'],
    EXT2: [bytes([0x83, 1, 1]), 'extension 257'],
    EXT4: [bytes([0x84], uint32(9)), 'extension 9'],
    NEXT_BUFFER: [bytes([0x97]), 'a buffer outside'],
    'an attribute path on an allowed name': [
      bytes(text('collections'), text('OrderedDict.__init__'), [0x93]),
      '"collections.OrderedDict.__init__"',
    ],
    'a name that only looks allowed': [
      global('torch', 'FloatStorage.from_file'),
      '"torch.FloatStorage.from_file"',
    ],
    'loading from bytes': [global('torch.storage', '_load_from_bytes'), '"torch.storage._load_from_bytes"'],
    'calling a storage class': [
      bytes(global('torch', 'FloatStorage'), tuple(int(9)), 'R'),
      'calls torch.FloatStorage',
    ],
    'calling a text': [bytes(text('os.system'), tuple(command), 'R'), 'calls a plain value'],
    'attributes of a tensor': [
      dict({ a: bytes(good, dict({ __class__: 'N' }), 'b') }),
      'sets attributes of a tensor',
    ],
    'attributes of a name': [bytes(global('torch', 'Size'), '}b'), 'sets attributes of torch.Size'],
  };

  it.each(Object.entries(attempts))('%s is refused by name, in both formats', async (_, [body, named]) => {
    const zipped = await zipFile({ 'data.pkl': pickle(body), 'data/0': floats });
    for (const file of [legacyFile(body, storages), zipped]) {
      const { code, message } = await problem(file);
      expect(code).toBe('weights-refused');
      expect(message).toContain(named);
      expect(message).toContain('nothing in it was executed');
    }
  });

  it('refuses a bare pickle, in any protocol, before it says what kind of file it is', async () => {
    expect(await problem(bytes("cos\nsystem\n(S'touch pwned'\ntR."))).toMatchObject({
      code: 'weights-refused',
    });
    expect(await problem(bytes('(ios\nsystem\n.'))).toMatchObject({ code: 'weights-refused' });
    expect(await problem(pickle(dict({ a: int(1) })))).toMatchObject({
      code: 'weights-unreadable',
      message: 'weights.pth is a Python pickle, but not one of PyTorch weights',
    });
  });

  it('shortens and escapes what it quotes', async () => {
    const { message } = await problem(legacyFile(global('a\u001b[31m' + 'x'.repeat(5000), 'b')));
    expect(message.length).toBeLessThan(400);
    expect(message).toContain('\\u001b[31m');
  });

  it('refuses TorchScript programs', async () => {
    const file = await zipFile({
      'data.pkl': pickle(dict({ a: good })),
      'constants.pkl': pickle(')'),
      'data/0': floats,
    });
    expect((await problem(file)).message).toContain('TorchScript');
  });
});

describe('pickles that try to exhaust the reader', () => {
  const attempts: Record<string, [body: Piece, message: string]> = {
    'lists nested a million deep': [
      bytes(']'.repeat(1_000_001), 'a'.repeat(1_000_000)),
      'more than 1000000 objects',
    ],
    'marks without end': ['('.repeat(1_000_001), 'more than 1000000 objects'],
    'instructions without end': ['N0'.repeat(5_000_001), 'more than 10000000 instructions'],
    'an endless memo': [bytes('N', new Uint8Array(2_000_001).fill(0x94)), 'remembers more'],
    'an integer of 2 GB': [bytes([0x8b], uint32(2 ** 31 - 1)), 'an integer of 2147483647 bytes'],
    'an integer of negative length': [bytes([0x8b], uint32(2 ** 32 - 1)), 'an integer of -1 bytes'],
    'an integer of many digits': [`L${'9'.repeat(1000)}L\n`, 'is not an integer'],
    'a text of 4 GB': [bytes('X', uint32(2 ** 32 - 1)), 'cut short'],
    'bytes of 2^63': [bytes([0x8e], int64(0), [0x80]).fill(0x80, 8, 9), 'cut short'],
    'a far place in the memo': [bytes('j', uint32(2 ** 32 - 1)), 'refers to object 4294967295'],
    'an empty stack': ['0', 'begun'],
    'an unknown instruction': [bytes([0xff]), 'unknown instruction, 0xff'],
    'an unknown protocol': [bytes([0x80, 9]), 'protocol 9'],
    'an item of a list': [']NNs', 'not a dictionary'],
    'half an item': ['}(Nu', 'not a dictionary'],
  };

  it.each(Object.entries(attempts))('%s', async (_, [body, message]) => {
    const found = await problem(legacyFile(body));
    expect(found.code).toBe('weights-unreadable');
    expect(found.message).toContain(message);
  });

  it('reads lists that contain themselves, and a million references to one object', async () => {
    const cycle = bytes(']q\x09h\x09a');
    const many = bytes(']q\x08(', 'h\x08'.repeat(300_000), 'e');
    const { tensors } = await readCheckpoint(
      legacyFile(dict({ w: good, cycle, many }), storages),
      'weights.pth',
    );
    expect([...tensors.keys()]).toEqual(['w']);
  });
});

describe('tensors that do not lie in their storage', () => {
  const cases: Record<string, [body: Uint8Array, message: string]> = {
    'too many elements': [
      tensor({ dims: [3], strides: [1] }),
      'reaches outside of its storage of 2 elements',
    ],
    'an offset beyond the end': [tensor({ offset: 2, dims: [1], strides: [1] }), 'reaches outside'],
    'an absurd offset': [tensor({ offset: 2 ** 52, dims: [1], strides: [1] }), 'reaches outside'],
    'a negative offset': [
      tensor({ offset: -1, dims: [1], strides: [1] }),
      'storage offset is not a whole number',
    ],
    'a negative stride': [
      tensor({ offset: 1, dims: [2], strides: [-1] }),
      'tensor stride is not a whole number',
    ],
    'an absurd stride': [tensor({ dims: [2], strides: [2 ** 52] }), 'reaches outside'],
    'an absurd size': [tensor({ dims: [2 ** 40, 2 ** 40], strides: [1, 1] }), 'reaches outside'],
    'an absurd expansion': [tensor({ dims: [2 ** 20, 2 ** 20], strides: [0, 0] }), 'absurdly larger'],
    'strides that are missing': [tensor({ dims: [1, 2], strides: [1] }), '1 strides'],
    'too many dimensions': [
      tensor({ dims: Array<number>(65).fill(1), strides: Array<number>(65).fill(0) }),
      '65 dim',
    ],
    'a storage of absurd size': [tensor({ count: 2 ** 52, dims: [1], strides: [1] }), 'storage'],
    'a storage view outside': [
      tensor({ dims: [2], strides: [1], view: tuple(text('v'), int(1), int(2)) }),
      'storage view that reaches outside',
    ],
    'a storage of two sizes': [
      bytes(good, tensor({ count: 1, dims: [1], strides: [1] })),
      'two different sizes',
    ],
  };

  it.each(Object.entries(cases))('%s', async (_, [body, message]) => {
    const object = dict({ weight: body });
    const zipped = await zipFile({ 'data.pkl': pickle(object), 'data/0': floats });
    for (const file of [legacyFile(object, storages), zipped]) {
      const found = await problem(file);
      expect(found.code).toBe('weights-unreadable');
      expect(found.message).toContain(message);
    }
  });

  it('says which storage is missing', async () => {
    const object = dict({ weight: good });
    for (const file of [legacyFile(object), await zipFile({ 'data.pkl': pickle(object) })]) {
      expect((await problem(file)).message).toBe('weights.pth is not complete: storage "0" is missing');
    }
  });

  it('says when the zip entry has another size than the storage', async () => {
    const file = await zipFile({ 'data.pkl': pickle(dict({ w: good })), 'data/0': bytes(floats, [0]) });
    expect((await problem(file)).message).toContain('storage "0" of 9 bytes, where 8 are due');
  });
});
