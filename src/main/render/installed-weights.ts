import { networks } from '../../networks/catalogue.ts';
import { importedWeightsFolder } from '../inference/weights/data-folder.ts';
import { WeightStore } from '../inference/weights/weight-store.ts';
import { shippedWeightsFolder } from './installation.ts';

/** The weights of this installation: shipped with it, and imported by its user. */
export function openInstalledWeights(): WeightStore {
  return new WeightStore({
    userFolder: importedWeightsFolder(),
    shippedFolder: shippedWeightsFolder(),
    networks,
  });
}
