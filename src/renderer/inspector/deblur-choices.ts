import type { Device, Network, NetworkOption } from '../../shared/api/catalogue.ts';
import { deblurSettingsSchema, type ClipDeblurSettings } from '../../shared/api/clip.ts';
import type { ErrorCode } from '../../shared/errors.ts';
import { DEVICE_CHOICES, ENSEMBLE_COUNTS, type DeviceChoice } from '../../shared/settings.ts';
import { optionText, sizeText, stageText } from '../models/network-texts.ts';

/** One of the things that can be chosen somewhere, as the controls take them. */
export interface Option<Value extends string = string> {
  readonly value: Value;
  readonly label: string;
  readonly detail?: string | undefined;
  /** Shown when pointed at. */
  readonly title?: string | undefined;
  readonly disabled?: boolean | undefined;
  /** It can be chosen, but something has to be done first. */
  readonly faint?: boolean | undefined;
}

const NO_WEIGHTS = 'No weights yet';

/** The networks; of one without any weights that is said. */
export function networkOptions(networks: readonly Network[]): Option[] {
  return networks.map(({ id, title, sizes }) => ({
    value: id,
    label: title,
    detail: sizes.some(({ weights }) => weights.length > 0) ? undefined : NO_WEIGHTS,
  }));
}

/** The sizes of a network; of one without weights that is said. */
export function sizeOptions(network: Network): Option[] {
  return network.sizes.map(({ size, weights }) => {
    const { label, detail } = sizeText(network.id, size);
    const faint = weights.length === 0;
    return {
      value: size,
      label,
      detail,
      faint,
      title: faint ? [detail, NO_WEIGHTS].filter(Boolean).join('. ') : detail,
    };
  });
}

/** Whether there are weights for a size. */
export function hasWeights(network: Network, size: string): boolean {
  return weightsOf(network, size).length > 0;
}

/** The sizes that have no weights here, as a sentence speaks of them: `Paper` or `Paper and Large`. */
export function sizesWithoutWeights(network: Network): string | undefined {
  const names = sizeOptions(network)
    .filter(({ faint }) => faint)
    .map(({ label }) => label);
  if (names.length === 0) return undefined;
  return names.length === 1 ? names[0] : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}

/** What to type to get weights for a network. */
export function importCommand(network: Network): string {
  return `npx acutance weights import FILE --network ${network.id}`;
}

function weightsOf(network: Network, size: string): Network['sizes'][number]['weights'] {
  return network.sizes.find((candidate) => candidate.size === size)?.weights ?? [];
}

/** The weights of a size, the default first; fewer than two leave nothing to choose. */
export function weightOptions(network: Network, size: string): Option[] {
  return weightsOf(network, size).map(({ name, hash, licence }) => ({
    value: hash,
    label: name,
    detail: licence,
  }));
}

/** The chosen weights as an option's value; the default where none are chosen or they are not listed. */
export function chosenWeights(options: readonly Option[], weights: string | undefined): string {
  const chosen = options.find(({ value, label }) => value === weights || label === weights);
  return (chosen ?? options[0])?.value ?? '';
}

/** Each number of stages that a network can be applied in. */
export function stageOptions({ id, stages }: Network): Option[] {
  return Array.from({ length: stages.max - stages.min + 1 }, (_, index) => {
    const count = stages.min + index;
    return { value: String(count), ...stageText(id, count) };
  });
}

/** How often a clip is restored for one result, and what that takes. */
export function ensembleOptions(): Option[] {
  return ENSEMBLE_COUNTS.map((count) => ({
    value: String(count),
    label: `×${count}`,
    title: ensembleTitle(count),
  }));
}

function ensembleTitle(count: number): string {
  return count === 1 ? 'Each frame is restored once' : `The mean of ${count} mirrored and turned copies`;
}

export function ensembleDetail(count: number): string {
  return `Mean of ${count}: ${count} times the time`;
}

/** An option of a network as a control shows it. */
export interface OptionControl {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly options: readonly Option[];
  /** What the present value means. */
  readonly detail: string | undefined;
  /** What a choice of the control is as a setting. */
  readonly change: (value: string) => Partial<ClipDeblurSettings>;
}

/** The options that a network has, with what is set; none that settings can't hold. */
export function optionControls(network: Network, settings: ClipDeblurSettings): OptionControl[] {
  return network.options
    .filter(({ name }) => Object.hasOwn(deblurSettingsSchema.shape, name))
    .map((option) => {
      const { label, detail } = optionText(option);
      const values = option.kind === 'flag' ? [true, false] : option.values;
      const present = valueOf(settings, option) ?? option.default;
      return {
        name: option.name,
        label,
        value: String(present),
        detail: detail(present),
        options: values.map((value) => ({
          value: String(value),
          label: value === true ? 'On' : value === false ? 'Off' : String(value),
          title: detail(value),
        })),
        change: (text) => ({ [option.name]: values.find((value) => String(value) === text) }),
      };
    });
}

/** What is set for an option; undefined where nothing is, or nothing that it can be. */
function valueOf(settings: object, option: NetworkOption): boolean | number | undefined {
  const value: unknown = Object.entries(settings).find(([name]) => name === option.name)?.[1];
  if (option.kind === 'flag') return typeof value === 'boolean' ? value : undefined;
  return option.values.find((candidate) => candidate === value);
}

const DEVICES: Readonly<Record<DeviceChoice, string>> = {
  auto: 'Automatic',
  cpu: 'Processor',
  webgpu: 'Graphics (WebGPU)',
  cuda: 'NVIDIA graphics (CUDA)',
  dml: 'Graphics (DirectML)',
  coreml: 'Apple (Core ML)',
};

/** What a device is called on the page; the id where it is one we don't know. */
export function deviceLabel(device: string): string {
  const known = DEVICE_CHOICES.find((choice) => choice === device);
  return known === undefined ? device : DEVICES[known];
}

/** Every device that can be chosen, then those that can't, with the reason. */
export function deviceOptions(devices: readonly Device[]): Option<DeviceChoice>[] {
  const options = devices.flatMap(({ device, name, usable, software, reason }): Option<DeviceChoice>[] => {
    const value = DEVICE_CHOICES.find((choice) => choice === device);
    if (value === undefined || value === 'auto') return [];
    const kind = software ? 'Rendered by the processor, slow' : undefined;
    const detail = usable ? [name, kind].filter(Boolean).join('. ') : (reason ?? 'Not available here');
    return [{ value, label: DEVICES[value], detail: detail || undefined, disabled: !usable }];
  });
  const automatic: Option<DeviceChoice> = {
    value: 'auto',
    label: DEVICES.auto,
    detail: 'The fastest one that works',
  };
  return [
    automatic,
    ...options.filter(({ disabled }) => !disabled),
    ...options.filter(({ disabled }) => disabled),
  ];
}

/** What is known of the device that a choice comes to: its hardware, or else its kind. */
export function deviceDetail(devices: readonly Device[], inUse: string | undefined): string | undefined {
  if (inUse === undefined) return undefined;
  return devices.find(({ device }) => device === inUse)?.name ?? deviceLabel(inUse);
}

/** Settings that every network has; the others are options. */
const COMMON: readonly string[] = [
  'network',
  'size',
  'stages',
  'device',
  'ensemble',
  'cuts',
  'strength',
  'tile',
];

/**
 * What changes with a network: what fits it is kept (a size that has weights, the number of stages, options), the rest
 * is as it usually is with that network.
 * @param before the network that settings were for, where it is known
 */
export function settingsOfNetwork(
  network: Network,
  settings: ClipDeblurSettings,
  before?: Network,
): Partial<ClipDeblurSettings> {
  const usable = network.sizes.map(({ size }) => size).filter((size) => hasWeights(network, size));
  const [size] = [settings.size, network.defaultSize, ...usable].filter((name) => usable.includes(name));
  const { min, max } = network.stages;
  const { stages } = settings;
  // A number that nobody could choose is nobody's choice.
  const wasChosen = before === undefined || before.stages.max > before.stages.min;
  const options = Object.keys(settings)
    .filter((name) => !COMMON.includes(name))
    .map((name) => {
      const option = network.options.find((candidate) => candidate.name === name);
      return [name, option && valueOf(settings, option)];
    });
  return {
    ...(Object.fromEntries(options) as Partial<ClipDeblurSettings>),
    network: network.id,
    size: size ?? network.defaultSize,
    stages: wasChosen && stages >= min && stages <= max ? stages : network.stages.default,
  };
}

/** The control next to which a problem of settings is told. */
export type ProblemPlace = 'size' | 'device' | 'general';

export function placeOfProblem(code: ErrorCode): ProblemPlace {
  if (code.startsWith('weights-')) return 'size';
  return code === 'device-unavailable' || code === 'out-of-memory' ? 'device' : 'general';
}
