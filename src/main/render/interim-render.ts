import { AcutanceError } from '../../shared/errors.ts';
import type { RenderService } from './render-service.ts';

const later = (): never => {
  throw new AcutanceError('usage', 'Deblurring is not there yet.');
};

/** Stands in until the render service is there. */
export const interimRender: RenderService = {
  describe: () => Promise.resolve().then(later),
  rendered: () => [],
  restoredFrame: () => Promise.resolve(undefined),
  start: later,
  cancel: later,
  remove: later,
  jobs: () => [],
  onEvent: () => () => undefined,
  devices: () => Promise.resolve([]),
  dispose: () => Promise.resolve(),
};
