import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findNetwork } from '../../../src/networks/catalogue.ts';
import { encodeSafetensors } from '../../../src/networks/checkpoints/safetensors-writer.ts';
import type { NetworkId, NetworkOptions } from '../../../src/networks/network.ts';
import { madeUpWeights } from '../../unit/inference/support/made-up-weights.ts';
import type { TestApplication } from './application.ts';
import type { EditorPage } from './editor-page.ts';

/** Imports weights of a network's lite size that are noise of a sane scale: its flow is not zero. */
export async function importMadeUp(
  editor: EditorPage,
  application: TestApplication,
  id: NetworkId,
  options: NetworkOptions = {},
): Promise<void> {
  const network = findNetwork(id)!;
  const value = madeUpWeights(network, 'lite', options);
  const tensors = network
    .parameters('lite', options)
    .map(({ name, dims }) => [name, { dims, data: value(name) }] as const);
  const path = join(application.clipFolder, `made-up-${id}.safetensors`);
  writeFileSync(path, encodeSafetensors(new Map(tensors)));
  const status = await editor.page.evaluate(async (file) => {
    const response = await fetch('/api/weights', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ files: [{ path: file }] }),
    });
    return response.status;
  }, path);
  if (status !== 200) throw new Error(`Importing answered with status ${status}.`);
}
