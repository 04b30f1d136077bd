import type { Services } from '../../../../src/main/routes/services.ts';
import { AcutanceError } from '../../../../src/shared/errors.ts';

/** Shows a flow to both neighbours of every frame but the last, which has only one. */
export class FakeLooks {
  readonly remembered: [recipe: string, settings: object][] = [];
  asked = 0;

  remember(recipe: string, settings: object): void {
    this.remembered.push([recipe, settings]);
  }

  async look(...[clip, { look, frame }]: Parameters<Services['looks']['look']>) {
    await Promise.resolve();
    this.asked++;
    if (look !== 'flow') throw new AcutanceError('usage', `This network has no look "${look}".`);
    const labels = frame === clip.frames - 1 ? (['previous'] as const) : (['previous', 'next'] as const);
    return labels.map((label, index) => ({
      ...{ label, fullScale: 4.5, width: 4, height: 2 },
      png: Uint8Array.of(index, 1, 2),
    }));
  }
}
