import type { Clip, ClipChoices } from '../../../../src/shared/api/clip.ts';

export const CHOICES: ClipChoices = {
  deblur: { network: 'cdvd-tsp', size: 'lite', stages: 2, device: 'auto', strength: 1 },
  range: null,
};

/** A clip of four seconds at 25 frames per second. */
export const CLIP: Clip = {
  id: 'c'.repeat(32),
  path: '/clips/a.mp4',
  name: 'a.mp4',
  sample: false,
  bytes: 1000,
  container: 'mp4',
  codec: 'h264',
  pixelFormat: 'yuv420p',
  bitDepth: 8,
  chroma: '4:2:0',
  width: 64,
  height: 48,
  displayWidth: 64,
  displayHeight: 48,
  rotation: 0,
  frameRate: '25',
  variableFrameRate: false,
  frames: 100,
  durationSeconds: 4,
  matrix: 'bt709',
  range: 'tv',
  primaries: 'bt709',
  transfer: 'bt709',
  notices: [],
  choices: CHOICES,
};

export const RECIPE = 'a'.repeat(32);
export const OTHER_RECIPE = 'b'.repeat(32);
