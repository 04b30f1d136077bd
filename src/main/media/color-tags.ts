/**
 * Names of the colour tags of ITU-T H.273 (the numbers that containers and bitstreams carry), spelled as FFmpeg's
 * tools print them. A number without a name reads `reserved-N`.
 */

const MATRICES: Readonly<Record<number, string>> = {
  0: 'gbr',
  1: 'bt709',
  2: 'unknown',
  4: 'fcc',
  5: 'bt470bg',
  6: 'smpte170m',
  7: 'smpte240m',
  8: 'ycgco',
  9: 'bt2020nc',
  10: 'bt2020c',
  11: 'smpte2085',
  12: 'chroma-derived-nc',
  13: 'chroma-derived-c',
  14: 'ictcp',
  15: 'ipt-c2',
  16: 'ycgco-re',
  17: 'ycgco-ro',
};

const RANGES: Readonly<Record<number, string>> = { 0: 'unknown', 1: 'tv', 2: 'pc' };

const PRIMARIES: Readonly<Record<number, string>> = {
  1: 'bt709',
  2: 'unknown',
  4: 'bt470m',
  5: 'bt470bg',
  6: 'smpte170m',
  7: 'smpte240m',
  8: 'film',
  9: 'bt2020',
  10: 'smpte428',
  11: 'smpte431',
  12: 'smpte432',
  22: 'ebu3213',
};

const TRANSFERS: Readonly<Record<number, string>> = {
  1: 'bt709',
  2: 'unknown',
  4: 'bt470m',
  5: 'bt470bg',
  6: 'smpte170m',
  7: 'smpte240m',
  8: 'linear',
  9: 'log100',
  10: 'log316',
  11: 'iec61966-2-4',
  12: 'bt1361e',
  13: 'iec61966-2-1',
  14: 'bt2020-10',
  15: 'bt2020-12',
  16: 'smpte2084',
  17: 'smpte428',
  18: 'arib-std-b67',
};

const CHROMA_LOCATIONS: Readonly<Record<number, string>> = {
  0: 'unspecified',
  1: 'left',
  2: 'center',
  3: 'topleft',
  4: 'top',
  5: 'bottomleft',
  6: 'bottom',
};

const FIELD_ORDERS: Readonly<Record<number, string>> = {
  0: 'unknown',
  1: 'progressive',
  2: 'tt',
  3: 'bb',
  4: 'tb',
  5: 'bt',
};

function nameOf(table: Readonly<Record<number, string>>, value: number): string {
  return table[value] ?? `reserved-${value}`;
}

export const matrixName = (value: number): string => nameOf(MATRICES, value);
export const rangeName = (value: number): string => nameOf(RANGES, value);
export const primariesName = (value: number): string => nameOf(PRIMARIES, value);
export const transferName = (value: number): string => nameOf(TRANSFERS, value);
export const chromaLocationName = (value: number): string => nameOf(CHROMA_LOCATIONS, value);
export const fieldOrderName = (value: number): string => nameOf(FIELD_ORDERS, value);
