import { AcutanceError } from '../../shared/errors.ts';
import type { Workspace } from '../state/workspace.svelte.ts';

/**
 * Opens a clip for a dialog, which tells by itself what goes wrong: the problem is taken off the page's list.
 * @throws AcutanceError what the opening came to, where the clip was not opened
 */
export async function openedHere(workspace: Workspace, path: string): Promise<void> {
  const before = new Map(workspace.problems.all.map(({ id, count }) => [id, count]));
  await workspace.openPath(path);
  const told = workspace.problems.all.find(({ id, count }) => before.get(id) !== count);
  if (!told) return;
  workspace.problems.dismiss(told.id);
  throw AcutanceError.fromProblem(told);
}
