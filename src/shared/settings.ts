/** What a user can choose, with its allowed values and defaults. Plain data: it is saved, sent and compared. */

/** A time or a duration in seconds as an exact fraction; both parts are safe integers, the denominator positive. */
export interface ClipTime {
  readonly numerator: number;
  readonly denominator: number;
}

/** The part of a clip to work on: frames with `in <= t < out`, where t counts from the clip's first frame. */
export interface ClipRange {
  readonly in?: ClipTime | undefined;
  readonly out?: ClipTime | undefined;
}

/** The networks by their id, as the catalogue of `src/networks` has them. */
export const NETWORK_IDS = ['cdvd-tsp', 'pvdnet', 'erdn', 'arvo', 'mlfa'] as const;

/** The sizes that networks come in. `paper` stands for the published one of every network. */
export const NETWORK_SIZES = ['lite', 'paper', 'small', 'medium', 'large'] as const;

/** Where a network may run. `auto` takes the fastest device that works. */
export const DEVICE_CHOICES = ['auto', 'cpu', 'webgpu', 'cuda', 'dml', 'coreml'] as const;
export type DeviceChoice = (typeof DEVICE_CHOICES)[number];

/** Codec, container and quality of an exported file. */
export const EXPORT_PRESETS = ['h264', 'h265', 'prores', 'ffv1'] as const;
export type ExportPreset = (typeof EXPORT_PRESETS)[number];

/** How many mirrored and turned copies of a clip may be restored for one result. */
export const ENSEMBLE_COUNTS = [1, 4, 8] as const;
export type EnsembleCount = (typeof ENSEMBLE_COUNTS)[number];

/** Levels of the pyramid that ARVo looks for likeness in. */
export const LAYER_COUNTS = [0, 1, 2, 3, 4] as const;
export type LayerCount = (typeof LAYER_COUNTS)[number];

/** Where a shot begins, given by the editor: the number of its first frame from 0, or a time from the clip's start. */
export type CutPlace = number | ClipTime;

/** Where shots begin: found by looking at the frames, taken to be one shot, or given. */
export type CutSetting = 'detect' | 'none' | readonly CutPlace[];

/** How a clip is deblurred. */
export interface DeblurSettings {
  /** A network of the catalogue. */
  readonly network: string;
  /** A size that network has. */
  readonly size: string;
  /** How often the network is applied in sequence, 1..3. */
  readonly stages: number;
  readonly device: DeviceChoice;
  /**
   * Whether the previous result is followed along the motion (the default) or taken from the same place, which is
   * faster; only for networks that have this option.
   */
  readonly motion?: boolean | undefined;
  /** Levels of the correlation pyramid; only for networks that have this option. Each number has weights of its own. */
  readonly layers?: LayerCount | undefined;
  /** Mirrored and turned copies of the clip that the result is the mean of: 1 (the default), 4 or 8. */
  readonly ensemble?: EnsembleCount | undefined;
  /** Where shots begin; `detect` where absent. Every shot is restored by itself. */
  readonly cuts?: CutSetting | undefined;
  /** How much of the change is kept: 0 is the original, 1 (the default) the network's output. */
  readonly strength?: number | undefined;
  /** A weight file's path, or the hash or the name of imported weights; without it, the shipped weights. */
  readonly weights?: string | undefined;
  /** Overrides the warp convention that the weights were stored with (PyTorch's `align_corners`). */
  readonly alignCorners?: boolean | undefined;
  /** Largest tile edge in pixels; without it, tiles are as large as memory allows. */
  readonly tile?: number | undefined;
}

export const DEFAULT_DEBLUR_SETTINGS: Omit<DeblurSettings, 'cuts'> = {
  network: 'cdvd-tsp',
  size: 'lite',
  stages: 2,
  device: 'auto',
};

export const DEFAULT_EXPORT_PRESET: ExportPreset = 'h264';

/** The `--network` value that leaves the frames as they are. */
export const NO_NETWORK = 'none';

/** The largest number of stages a network may be applied in. */
export const MAX_STAGES = 3;
