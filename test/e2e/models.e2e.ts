import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findNetwork } from '../../src/networks/catalogue.ts';
import { encodeSafetensors } from '../../src/networks/checkpoints/safetensors-writer.ts';
import { elementCount } from '../../src/shared/tensor.ts';
import { isMissing } from '../support/test-tools.ts';
import type { TestApplication } from './support/application.ts';
import type { EditorPage } from './support/editor-page.ts';
import { openStream } from './support/open-stream.ts';

const OTHER = join(import.meta.dirname, '../fixtures/pth/plain_zip.pth');

describe.skipIf(isMissing('chromium'))('models', () => {
  let application: TestApplication;
  let editor: EditorPage;
  let close: () => Promise<void>;

  beforeAll(async () => {
    ({ application, editor, close } = await openStream());
  });
  afterAll(() => close());

  const dialog = () => editor.page.getByRole('dialog', { name: 'Models' });
  const imports = () => dialog().getByRole('region', { name: 'Imports' });
  const listed = (network: string) => dialog().getByRole('region', { name: network, exact: true });
  const select = async (name: string, option: string) => {
    await editor.inspector.getByRole('combobox', { name }).click();
    await editor.page.getByRole('option', { name: option }).click();
  };

  /** Weights of PVDNet's lite size as their authors save them, or those whose names begin with `part` without that. */
  function weights(part = '', change: (name: string) => string | undefined = (name) => name): Buffer {
    const tensors = findNetwork('pvdnet')!
      .parameters('lite')
      .filter(({ name }) => name.startsWith(part))
      .flatMap(({ name, dims }) => {
        const changed = change(name);
        if (changed === undefined) return [];
        const data = new Float32Array(elementCount(dims)).fill(0.001);
        return [[`module.${changed.slice(part.length)}`, { dims, data }] as const];
      });
    return Buffer.from(encodeSafetensors(new Map(tensors)));
  }

  /** Drops files on the page, as a file manager does. */
  async function drop(...files: (readonly [name: string, content: Buffer])[]): Promise<void> {
    const data = await editor.page.evaluateHandle(
      (given) => {
        const transfer = new DataTransfer();
        for (const { name, base64 } of given) {
          const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
          transfer.items.add(new File([bytes], name));
        }
        return transfer;
      },
      files.map(([name, content]) => ({ name, base64: content.toString('base64') })),
    );
    await editor.page.dispatchEvent('body', 'dragenter', { dataTransfer: data });
    await editor.page.dispatchEvent('body', 'drop', { dataTransfer: data });
  }

  it('without weights are shown as such, and are not run', async () => {
    await select('Network', 'PVDNet');
    await editor.inspector.getByText(/^No weights for PVDNet \w+ yet$/).waitFor();
    expect(await editor.inspector.getByRole('radiogroup', { name: 'Stages' }).count()).toBe(0);
    await editor.inspector.getByRole('radiogroup', { name: 'Motion' }).waitFor();
    expect(await editor.inspector.getByRole('button', { name: /^Deblur/ }).isDisabled()).toBe(true);
    await editor.inspector.getByRole('button', { name: 'Import weights…' }).click();
    await listed('PVDNet').getByText('No weights yet').first().waitFor();
  });

  it('are recognised in parts that are dropped, put together, and can be used', async () => {
    await drop(['BIMNet.safetensors', weights('BIMNet.')]);
    await imports()
      .getByText(/is a part of PVDNet: BIMNet/)
      .waitFor();
    await drop(['PVDNet_lite.safetensors', weights('PVDNet.')]);
    await imports()
      .getByText('BIMNet.safetensors and PVDNet_lite.safetensors are PVDNet Lite. Imported.')
      .waitFor();
    await listed('PVDNet').getByText('BIMNet.safetensors + PVDNet_lite.safetensors').waitFor();
    await imports().getByRole('button', { name: 'Use for this clip' }).click();
    await expect
      .poll(() => editor.inspector.getByRole('combobox', { name: 'Size' }).textContent())
      .toContain('Lite');
    await expect.poll(() => editor.inspector.getByRole('button', { name: /^Deblur/ }).isEnabled()).toBe(true);
  });

  it('that come twice are kept once, and every tab knows', async () => {
    const tab = await editor.openTab(application);
    await tab.clipIsShown('stream.mp4');
    await drop(['again.safetensors', weights()]);
    await imports().getByText('again.safetensors is PVDNet Lite. Imported.').waitFor();
    expect(
      await listed('PVDNet')
        .getByRole('button', { name: /^Remove/ })
        .count(),
    ).toBe(1);
    await tab.page.getByRole('button', { name: 'Models', exact: true }).click();
    await tab.page.getByText('again.safetensors', { exact: true }).waitFor();
    await tab.page.close();
  });

  it('of something else are refused with the closest match and what differs', async () => {
    await drop(['changed.safetensors', weights('', (name) => (name.endsWith('.bias') ? undefined : name))]);
    const card = imports().getByRole('alert').filter({ hasText: 'changed.safetensors' });
    await card.getByText(/The closest is PVDNet Lite: \d+ of its \d+ tensors fit/).waitFor();
    expect(await card.getByRole('listitem').first().textContent()).toMatch(/bias/);
    await card.getByText(/^and \d+ more$/).waitFor();
    await drop([basename(OTHER), readFileSync(OTHER)]);
    await imports()
      .getByText(/plain_zip.pth is for none of the networks/)
      .waitFor();
  });

  it('that are no weights at all are refused, and nothing stays behind', async () => {
    await drop(['holiday.pth', Buffer.from('not weights '.repeat(100))]);
    await imports()
      .getByText(/holiday.pth is not a weight file/)
      .waitFor();
    const folder = join(application.folder, 'data/weights');
    const [incoming] = readdirSync(folder).filter((name) => name.startsWith('incoming-'));
    expect(readdirSync(join(folder, incoming!))).toEqual([]);
  });

  it('can be chosen from the folders of the machine', async () => {
    writeFileSync(join(application.clipFolder, 'mine.safetensors'), weights());
    await dialog().getByRole('button', { name: 'Choose a file…' }).click();
    const chooser = editor.page.getByRole('dialog', { name: 'Choose a weight file' });
    await chooser.getByRole('option', { name: /mine\.safetensors/ }).dblclick();
    await imports().getByText('mine.safetensors is PVDNet Lite. Imported.').waitFor();
  });

  it('are not removed by a click too many', async () => {
    const remove = listed('PVDNet').getByRole('button', { name: 'Remove mine.safetensors' });
    await remove.dblclick();
    await remove.waitFor();
  });

  it('can be removed again, and say so where they were used', async () => {
    await listed('PVDNet').getByRole('button', { name: 'Remove mine.safetensors' }).click();
    await listed('PVDNet').getByRole('button', { name: 'Remove', exact: true }).click();
    await expect.poll(() => listed('PVDNet').getByRole('button').count()).toBe(0);
    await editor.press('Escape');
    await editor.inspector.getByText('No weights for PVDNet Lite yet').waitFor();
    await select('Network', 'CDVD-TSP');
    await expect.poll(() => editor.inspector.getByRole('button', { name: /^Deblur/ }).isEnabled()).toBe(true);
  });

  it('caused no complaint of the browser but for the file that is none', () => {
    expect(editor.complaints.filter((text) => !text.includes('422'))).toEqual([]);
  });
});
