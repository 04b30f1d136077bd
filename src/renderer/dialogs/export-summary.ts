import { formatDuration, formatFrames } from '../design/format.ts';
import { deviceLabel, optionControls } from '../inspector/deblur-choices.ts';
import { sizeText, stagesInWords } from '../models/network-texts.ts';
import type { ClipView } from '../state/clip-view.svelte.ts';
import type { Workspace } from '../state/workspace.svelte.ts';

export interface ExportSummary {
  /** What part of the clip is written. */
  readonly range: string;
  /** How it is deblurred; absent where it is not. */
  readonly deblur: string | undefined;
  readonly button: string;
}

/** What an export comes to, in words. */
export function exportSummary(workspace: Workspace, clip: ClipView, deblurred: boolean): ExportSummary {
  const { from, to } = clip.workRange;
  const { transport } = clip;
  const frames = formatFrames(to - from);
  const range = clip.range
    ? `${transport.timecodeAt(from)} to ${transport.timecodeAt(to - 1)}, ${frames}`
    : `Whole clip, ${frames}, ${formatDuration(clip.info.durationSeconds)}`;
  return {
    range,
    deblur: deblurred ? deblurText(workspace, clip) : undefined,
    button: `Export ${frames}`,
  };
}

function deblurText(workspace: Workspace, clip: ClipView): string {
  const { network, size, stages, device, strength, ensemble = 1 } = clip.deblur;
  const known = workspace.networks.find(({ id }) => id === network);
  const hasStages = known && known.stages.max > known.stages.min;
  const options = known ? optionControls(known, clip.deblur) : [];
  return [
    `${known?.title ?? network} ${sizeText(network, size).label}`,
    ...(hasStages ? [stagesInWords(known, stages)] : []),
    ...options.map(({ label, options: values, value }) => {
      const chosen = values.find((option) => option.value === value)?.label ?? value;
      return `${label.toLowerCase()} ${chosen.toLowerCase()}`;
    }),
    ...(ensemble > 1 ? [`self-ensemble ×${ensemble}`] : []),
    `strength ${Math.round(strength * 100)} %`,
    deviceLabel(clip.recipe?.device ?? device),
  ].join(', ');
}
