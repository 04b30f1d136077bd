/** What the samples of a frame mean, read from FFmpeg's name of the pixel format. */
export interface PixelFormat {
  readonly name: string;
  /** How the samples of a pixel combine. */
  readonly model: 'yuv' | 'rgb' | 'gray';
  /** Bits per sample, 8..16 for formats that are converted here. */
  readonly bits: number;
  /** Chroma planes are narrower and lower by these powers of two. */
  readonly chromaShiftX: number;
  readonly chromaShiftY: number;
  readonly alpha: boolean;
  /** `yuvj...`: full range is part of the format's name. */
  readonly fullRangeByName: boolean;
}

const SHIFTS: Readonly<Record<string, readonly [number, number]>> = {
  '444': [0, 0],
  '440': [0, 1],
  '422': [1, 0],
  '420': [1, 1],
  '411': [2, 0],
  '410': [2, 2],
};

/**
 * Describes a planar, little-endian (or 8-bit) integer format of 4:4:4, 4:4:0, 4:2:2 or 4:2:0, planar RGB or gray.
 *
 * @returns undefined for every other format; `planarEquivalent` says what those are converted to.
 */
export function describePlanar(name: string): PixelFormat | undefined {
  const yuv = /^yuv(a|j)?(444|440|422|420)p(9|10|12|14|16)?(le)?$/.exec(name);
  if (yuv) {
    const [, flavour, sampling = '444', bits] = yuv;
    const [chromaShiftX, chromaShiftY] = SHIFTS[sampling] ?? [0, 0];
    if ((bits === undefined) !== (yuv[4] === undefined)) return undefined;
    return {
      name,
      model: 'yuv',
      bits: Number(bits ?? 8),
      chromaShiftX,
      chromaShiftY,
      alpha: flavour === 'a',
      fullRangeByName: flavour === 'j',
    };
  }
  const rgb = /^gbr(a)?p(9|10|12|14|16)?(le)?$/.exec(name);
  const gray = /^gray(9|10|12|14|16)?(le)?$/.exec(name);
  const match = rgb
    ? { alpha: rgb[1] === 'a', bits: rgb[2], little: rgb[3] }
    : gray && { alpha: false, bits: gray[1], little: gray[2] };
  if (!match || (match.bits === undefined) !== (match.little === undefined)) return undefined;
  return {
    name,
    model: rgb ? 'rgb' : 'gray',
    bits: Number(match.bits ?? 8),
    chromaShiftX: 0,
    chromaShiftY: 0,
    alpha: match.alpha,
    fullRangeByName: false,
  };
}

/** Formats that hold the same samples as a planar one, only arranged otherwise. */
const REARRANGED: Readonly<Record<string, string>> = {
  nv12: 'yuv420p',
  nv21: 'yuv420p',
  nv16: 'yuv422p',
  nv24: 'yuv444p',
  nv42: 'yuv444p',
  nv20le: 'yuv422p10le',
  p010le: 'yuv420p10le',
  p210le: 'yuv422p10le',
  p410le: 'yuv444p10le',
  p012le: 'yuv420p12le',
  p212le: 'yuv422p12le',
  p412le: 'yuv444p12le',
  p016le: 'yuv420p16le',
  p216le: 'yuv422p16le',
  p416le: 'yuv444p16le',
  yuyv422: 'yuv422p',
  uyvy422: 'yuv422p',
  yvyu422: 'yuv422p',
  y210le: 'yuv422p10le',
  y212le: 'yuv422p12le',
  y216le: 'yuv422p16le',
  vuyx: 'yuv444p',
  vuya: 'yuva444p',
  ayuv: 'yuva444p',
  xv30le: 'yuv444p10le',
  xv36le: 'yuv444p12le',
  ayuv64le: 'yuva444p16le',
  rgb24: 'gbrp',
  bgr24: 'gbrp',
  rgb0: 'gbrp',
  bgr0: 'gbrp',
  '0rgb': 'gbrp',
  '0bgr': 'gbrp',
  rgba: 'gbrap',
  bgra: 'gbrap',
  argb: 'gbrap',
  abgr: 'gbrap',
  rgb48le: 'gbrp16le',
  rgb48be: 'gbrp16le',
  bgr48le: 'gbrp16le',
  rgba64le: 'gbrap16le',
  rgba64be: 'gbrap16le',
  x2rgb10le: 'gbrp10le',
  x2bgr10le: 'gbrp10le',
  pal8: 'gbrp',
  gray16be: 'gray16le',
  ya8: 'gray',
  ya16le: 'gray16le',
  ya16be: 'gray16le',
  monow: 'gray',
  monob: 'gray',
};

/**
 * The planar format in which frames of a format are worked on, and whether every sample survives the way there.
 * `exact: false` means that FFmpeg resamples or rounds (rare formats such as 4:1:1).
 */
export function planarEquivalent(name: string): { readonly format: string; readonly exact: boolean } {
  if (describePlanar(name)) return { format: name, exact: true };
  const rearranged = REARRANGED[name];
  if (rearranged) return { format: rearranged, exact: true };
  const bigEndian = name.replace(/be$/, 'le');
  if (describePlanar(bigEndian)) return { format: bigEndian, exact: true };
  if (/^yuva?4(11|10)p$/.test(name) || /^yuvj?41[01]p$/.test(name))
    return { format: 'yuv444p', exact: false };
  return { format: /^(yuv|p|y|v|xv|nv)/.test(name) ? 'yuv444p16le' : 'gbrp16le', exact: false };
}

/** Bits per sample and chroma sampling for display, for any format; `other` where there is no chroma scheme. */
export function summarisePixelFormat(name: string): { readonly bits: number; readonly chroma: string } {
  const planar = describePlanar(name) ?? describePlanar(planarEquivalent(name).format);
  const sampling = /^yuv[aj]?(\d)(\d)(\d)p/.exec(name) ?? /^yuv[aj]?(\d)(\d)(\d)p/.exec(planar?.name ?? '');
  const chroma = sampling
    ? `${sampling[1]}:${sampling[2]}:${sampling[3]}`
    : planar?.model === 'gray'
      ? '4:0:0'
      : 'rgb';
  return { bits: planar?.bits ?? 8, chroma };
}
