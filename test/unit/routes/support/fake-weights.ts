import { AcutanceError } from '../../../../src/shared/errors.ts';
import type { FileAccess } from '../../../../src/main/render/file-access.ts';
import type { WeightUploads } from '../../../../src/main/render/weight-uploads.ts';
import type { Services } from '../../../../src/main/routes/services.ts';

/** Weights that can be removed as often as one likes. */
export const IMPORTED = 'e'.repeat(64);

/** Takes files in as the real one does; imports those whose name ends in `.pth`, and finds a part in the others. */
export function fakeWeights(
  uploads: WeightUploads,
  access: FileAccess,
  onChange: () => void,
): Services['weights'] {
  return {
    describe: async () => ({ folder: '/data/weights', problems: [] }),
    receive: (name, body) => uploads.receive(name, body),
    discard: (id) => uploads.discard(id),
    import: async ({ files, licence }) => {
      const [file] = files;
      const name =
        file && 'upload' in file ? uploads.find(file.upload).name : await access.file(file?.path ?? '');
      if (!name.endsWith('.pth')) {
        return { result: 'part', network: 'pvdnet', size: 'lite', present: ['BIMNet'], absent: ['PVDNet'] };
      }
      const weights = { name, hash: IMPORTED, source: 'imported', origin: name, bytes: 1 } as const;
      onChange();
      return {
        result: 'imported',
        network: 'cdvd-tsp',
        size: 'lite',
        weights: licence === undefined ? weights : { ...weights, licence },
      };
    },
    remove: async (hash) => {
      if (hash !== IMPORTED) throw new AcutanceError('weights-missing', 'There are no such weights.');
      onChange();
    },
  };
}
