/** The widths of a PWC-Net; a size is data, the topology is the same. */
export interface PwcNetSize {
  /** Channels of the feature pyramid at 1/2, 1/4, 1/8, 1/16, 1/32 and 1/64 resolution. */
  readonly pyramid: readonly [number, number, number, number, number, number];
  /** Channels of the five densely connected convolutions of each decoder. */
  readonly dense: readonly [number, number, number, number, number];
  /** Channels of the dilated context network (dilations 1, 2, 4, 8, 16, 1). */
  readonly context: readonly [number, number, number, number, number, number];
}

/** As published (Sun et al. 2018; the PyTorch state_dict that CDVD-TSP builds on). */
export const PAPER: PwcNetSize = {
  pyramid: [16, 32, 64, 96, 128, 196],
  dense: [128, 128, 96, 64, 32],
  context: [128, 128, 128, 96, 64, 32],
};

export const LITE: PwcNetSize = {
  pyramid: [16, 16, 32, 48, 64, 80],
  dense: [32, 32, 16, 16, 16],
  context: [32, 32, 32, 16, 16, 16],
};
