import { AcutanceError } from '../../shared/errors.ts';

/** A file of the page: the build puts it next to the scripts. */
const ADDRESS = new URL('../../../resources/THIRD-PARTY-NOTICES.txt', import.meta.url);

/** The notices of the software that Acutance stands on. @throws AcutanceError when they can't be had */
export async function loadNotices(): Promise<string> {
  const response = await fetch(ADDRESS).catch(() => undefined);
  if (!response?.ok) {
    throw new AcutanceError('not-found', 'The licences can’t be loaded.', {
      hint: 'They are in resources/THIRD-PARTY-NOTICES.txt in the folder of Acutance.',
    });
  }
  return response.text();
}
