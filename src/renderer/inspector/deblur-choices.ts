import type { Device, Network } from '../../shared/api/catalogue.ts';
import type { ClipDeblurSettings } from '../../shared/api/clip.ts';
import type { ErrorCode } from '../../shared/errors.ts';
import { DEVICE_CHOICES, type DeviceChoice } from '../../shared/settings.ts';

/** One of the things that can be chosen somewhere, as the controls take them. */
export interface Option<Value extends string = string> {
  readonly value: Value;
  readonly label: string;
  readonly detail?: string | undefined;
  readonly disabled?: boolean | undefined;
}

const SIZES: Readonly<Record<string, readonly [label: string, detail: string]>> = {
  lite: ['Lite', 'Made for processors'],
  paper: ['Paper', 'As published; large and slow'],
  small: ['Small', 'As published; quickest'],
  medium: ['Medium', 'As published'],
  large: ['Large', 'As published; slowest'],
};

/** The networks; of one without any weights that is said. */
export function networkOptions(networks: readonly Network[]): Option[] {
  return networks.map(({ id, title, sizes }) => ({
    value: id,
    label: title,
    detail: sizes.some(({ weights }) => weights.length > 0) ? undefined : 'No weights yet',
  }));
}

/** The sizes of a network; one without weights can't be chosen. */
export function sizeOptions(network: Network): Option[] {
  return network.sizes.map(({ size, weights }) => {
    const [label, detail] = SIZES[size] ?? [size, undefined];
    return { value: size, label, detail, disabled: weights.length === 0 };
  });
}

/** The sizes that have no weights here, as a sentence speaks of them: `Paper` or `Paper and Large`. */
export function sizesWithoutWeights(network: Network): string | undefined {
  const names = sizeOptions(network)
    .filter(({ disabled }) => disabled)
    .map(({ label }) => label);
  if (names.length === 0) return undefined;
  return names.length === 1 ? names[0] : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}

/** What to type to get weights for a network. */
export function importCommand(network: Network): string {
  return `npx acutance weights import FILE --network ${network.id}`;
}

/** The weights of a size, the default first; fewer than two leave nothing to choose. */
export function weightOptions(network: Network, size: string): Option[] {
  const weights = network.sizes.find((candidate) => candidate.size === size)?.weights ?? [];
  return weights.map(({ name, hash, licence }) => ({ value: hash, label: name, detail: licence }));
}

/** The chosen weights as an option's value; the default where none are chosen or they are not listed. */
export function chosenWeights(options: readonly Option[], weights: string | undefined): string {
  const chosen = options.find(({ value, label }) => value === weights || label === weights);
  return (chosen ?? options[0])?.value ?? '';
}

/** Each number of stages that a network can be applied in. */
export function stageOptions({ stages }: Network): Option[] {
  return Array.from({ length: stages.max - stages.min + 1 }, (_, index) => {
    const count = stages.min + index;
    return { value: String(count), label: String(count) };
  });
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

/** What changes with a network: a size that it has weights for, and no more stages than it has. */
export function settingsOfNetwork(
  network: Network,
  { size, stages }: Pick<ClipDeblurSettings, 'size' | 'stages'>,
): Pick<ClipDeblurSettings, 'network' | 'size' | 'stages' | 'weights'> {
  const usable = network.sizes.filter(({ weights }) => weights.length > 0);
  const kept = usable.find((candidate) => candidate.size === size) ?? usable[0] ?? network.sizes[0];
  const { min, max } = network.stages;
  return {
    network: network.id,
    size: kept?.size ?? size,
    stages: stages >= min && stages <= max ? stages : network.stages.default,
    weights: undefined,
  };
}

/** The control next to which a problem of settings is told. */
export type ProblemPlace = 'size' | 'device' | 'general';

export function placeOfProblem(code: ErrorCode): ProblemPlace {
  if (code.startsWith('weights-')) return 'size';
  return code === 'device-unavailable' || code === 'out-of-memory' ? 'device' : 'general';
}
