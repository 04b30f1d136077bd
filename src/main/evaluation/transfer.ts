import type { Transfer } from '../../shared/evaluation.ts';

/** Constants of ITU-R BT.2020, which says with more digits what BT.709 means. */
const ALPHA = 1.09929682680944;
const BETA = 0.018053968510807;

interface Curve {
  /** Light of a code, both in [0, 1]; codes above 1 give light above 1. */
  readonly toLight: (code: number) => number;
  readonly toCode: (light: number) => number;
}

const CURVES: Readonly<Record<Transfer, Curve>> = {
  bt709: {
    toLight: (code) => (code < 4.5 * BETA ? code / 4.5 : ((code + ALPHA - 1) / ALPHA) ** (1 / 0.45)),
    toCode: (light) => (light < BETA ? 4.5 * light : ALPHA * light ** 0.45 - (ALPHA - 1)),
  },
  srgb: {
    toLight: (code) => (code <= 0.04045 ? code / 12.92 : ((code + 0.055) / 1.055) ** 2.4),
    toCode: (light) => (light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055),
  },
  gamma22: { toLight: (code) => code ** 2.2, toCode: (light) => light ** (1 / 2.2) },
  linear: { toLight: (code) => code, toCode: (light) => light },
};

/** Codes as light, in a new array. Codes below black have no light. */
export function codesToLight(codes: Float32Array, transfer: Transfer): Float32Array {
  const { toLight } = CURVES[transfer];
  return codes.map((code) => toLight(Math.max(0, code)));
}

/** Light as codes, in a new array. */
export function lightToCodes(light: Float32Array, transfer: Transfer): Float32Array {
  const { toCode } = CURVES[transfer];
  return light.map((value) => toCode(Math.max(0, value)));
}

/** Transfers as clips are tagged (names of H.273 as FFmpeg spells them) and the curve that turns them into light. */
const TAGGED: Readonly<Record<string, Transfer>> = {
  bt709: 'bt709',
  smpte170m: 'bt709',
  'bt2020-10': 'bt709',
  'bt2020-12': 'bt709',
  'iec61966-2-1': 'srgb',
  bt470m: 'gamma22',
  linear: 'linear',
};

/** The curve of a clip's tag; undefined for `unknown`, HDR and others. */
export function transferOfTag(tag: string): Transfer | undefined {
  return TAGGED[tag];
}
