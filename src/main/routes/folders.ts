import { listFolder } from '../render/file-access-listing.ts';
import type { HandlersOf } from './mount.ts';
import type { Services } from './services.ts';

/** The file browser of a page without native dialogs. */
export function folderRoutes({ access }: Services): HandlersOf<'folder'> {
  return { folder: ({ query }) => listFolder(access, query.path) };
}
