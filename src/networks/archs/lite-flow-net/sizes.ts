/** The widths of a LiteFlowNet; a size is data, the topology is the same. */
export interface LiteFlowNetSize {
  /** Channels of the feature pyramid at full, 1/2, 1/4, 1/8, 1/16 and 1/32 resolution. */
  readonly pyramid: readonly [number, number, number, number, number, number];
  /** Channels that the features of level 2 are widened to for matching. */
  readonly matchingFeature: number;
  /** Channels of the three convolutions of matching and of sub-pixel refinement. */
  readonly matching: readonly [number, number, number];
  /** Channels that the features of levels 2 to 4 are widened to for regularization. */
  readonly regularizationFeature: number;
  /** Channels of the six convolutions of regularization. */
  readonly regularization: readonly [number, number, number, number, number, number];
}

/** As published (Hui et al. 2018; the PyTorch state_dict that BIMNet builds on). */
export const PAPER: LiteFlowNetSize = {
  pyramid: [32, 32, 64, 96, 128, 192],
  matchingFeature: 64,
  matching: [128, 64, 32],
  regularizationFeature: 128,
  regularization: [128, 128, 64, 64, 32, 32],
};

export const LITE: LiteFlowNetSize = {
  pyramid: [16, 16, 32, 48, 64, 80],
  matchingFeature: 16,
  matching: [32, 32, 16],
  regularizationFeature: 32,
  regularization: [32, 32, 16, 16, 16, 16],
};
