import { existsSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { FramesTransfer } from '../../../src/main/render/frames-transfer.ts';

it('a file for pictures is not made anew by an answer that comes after its end', async () => {
  const transfer = new FramesTransfer();
  await transfer.prepare();
  writeFileSync(transfer.path, 'picture', { flag: 'r+' });
  expect(Buffer.from(await transfer.read(7)).toString()).toBe('picture');
  await transfer.dispose();
  await expect(transfer.read(7)).rejects.toMatchObject({ code: 'cancelled' });
  expect(existsSync(transfer.path)).toBe(false);
});
