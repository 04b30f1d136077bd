import { seededNumbers } from './seeded-random.ts';

/**
 * A clip without meaning for comparing implementations: smooth waves that move by a few pixels per frame, with a
 * little noise; N x 3 x H x W in [0, 1], the same for one seed.
 */
export function makeTestClip(frames: number, height: number, width: number, seed: number): Float32Array {
  const draw = seededNumbers(seed, { from: 0, to: 1023 });
  const phases = Array.from({ length: 9 }, () => (draw() / 1024) * 2 * Math.PI);
  const clip = new Float32Array(frames * 3 * height * width);
  let at = 0;
  for (let frame = 0; frame < frames; frame++) {
    for (let channel = 0; channel < 3; channel++) {
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const [across, down] = [x - 1.7 * frame, y + 0.9 * frame];
          const waves =
            Math.sin(across / 3.1 + phases[3 * channel]!) +
            Math.sin(down / 4.3 + phases[3 * channel + 1]!) +
            Math.sin((across + down) / 9.7 + phases[3 * channel + 2]!);
          clip[at++] = 0.5 + 0.14 * waves + (draw() / 1024 - 0.5) * 0.06;
        }
      }
    }
  }
  return clip;
}
