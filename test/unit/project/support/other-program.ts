import { dirname } from 'node:path';
import { openDatabase } from '../../../../src/main/project/open-database.ts';
import { ProjectStore } from '../../../../src/main/project/project-store.ts';
import type { ClipChoices } from '../../../../src/shared/api/clip.ts';
import { ROUNDS, SHARED } from './other-program-work.ts';

/** Another start of the program, on the same folder at the same time. */

const [path = '', task = ''] = process.argv.slice(2);
const DEFAULTS: ClipChoices = {
  deblur: { network: 'cdvd-tsp', size: 'lite', stages: 2, device: 'auto', strength: 1 },
  range: null,
};

/** Windows that change different things of one clip, and others that open clips. */
function work(store: ProjectStore, round: number): void {
  if (task === 'range') {
    store.choose(SHARED, { range: { from: 0, to: 2 + round } }, DEFAULTS);
  } else if (task === 'strength') {
    store.choose(SHARED, { deblur: { ...DEFAULTS.deblur, strength: 1 / (1 + round) } }, DEFAULTS);
  } else {
    store.opened(`${task} ${round}`, `/${task} ${round}.mp4`);
  }
}

if (task === 'open') {
  const { database, problem } = openDatabase(path);
  database.close();
  process.stdout.write(problem?.code ?? 'fine');
} else {
  const store = ProjectStore.open(dirname(path));
  store.opened(SHARED, '/shared.mp4');
  for (let round = 0; round < ROUNDS; round++) work(store, round);
  process.stdout.write(store.problem?.code ?? 'fine');
  store.dispose();
}
