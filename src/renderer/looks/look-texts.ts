import type { LookName, LookPartName } from '../../shared/looks.ts';

/** What looks are called in menus. */
export const LOOK_LABELS: Readonly<Record<LookName, string>> = {
  flow: 'Optical flow',
  mask: 'Validity mask',
  prior: 'Sharpness prior',
  volume: 'Pixel volume',
  offsets: 'Deformable offsets',
  maxima: 'Correlation maxima',
  gradient: 'Gradient map',
  stage1: 'Stage 1 output',
};

/** What a picture of it shows, in a line. */
export const LOOK_MEANINGS: Readonly<Record<LookName, string>> = {
  flow: 'How far, and where to, the picture moves from this frame to the one beside it',
  mask: 'Which pixels the frame beside this one shows, too',
  prior: 'Where this frame and those beside it agree: bright pixels are likely sharp, dark ones blurred',
  volume: 'The last result, displaced in 25 ways: further right and further down from tile to tile',
  offsets: 'How far the samples of the last deformable convolution are displaced, on average',
  maxima: 'How far off, and where, the most similar place lies in the frame that it is compared with',
  gradient: 'The edges that the network sees in this frame',
  stage1: 'The result of stage 1, on which stage 2 works',
};

export const PART_LABELS: Readonly<Record<LookPartName, string>> = {
  previous: 'Previous',
  middle: 'This',
  next: 'Next',
};

/** How the colours of a look are read. */
export type Legend =
  | {
      readonly kind: 'wheel';
      /** What full colours stand for. */
      readonly scale: string;
    }
  | {
      readonly kind: 'ramp';
      /** At black and at white. */
      readonly from: string;
      readonly to: string;
    }
  | { readonly kind: 'none' };

/** @param fullScale - as the server tells it with the picture; undefined until there is one. */
export function legendOf(name: LookName, fullScale: number | undefined): Legend {
  const scale = fullScale === undefined ? '…' : scaleText(fullScale);
  switch (name) {
    case 'flow':
      return { kind: 'wheel', scale: `${scale} px/frame` };
    case 'maxima':
      return { kind: 'wheel', scale: `${scale} px` };
    case 'offsets':
      return { kind: 'ramp', from: '0', to: `${scale} px` };
    case 'gradient':
      return { kind: 'ramp', from: '0', to: scale };
    case 'mask':
      return { kind: 'ramp', from: '0, outside', to: '1, valid' };
    case 'prior':
      return { kind: 'ramp', from: '0, differs', to: '1, alike' };
    case 'volume':
      return { kind: 'ramp', from: '−1', to: '1' };
    case 'stage1':
      return { kind: 'none' };
  }
}

/** In as few digits as say something: `0.013`, `4.2`, `137`. */
function scaleText(value: number): string {
  return value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(2)));
}
