import type { Clip, ClipDeblurSettings, FrameRange } from '../../shared/api/clip.ts';
import type { JobOrder } from '../../shared/api/job.ts';
import type { ProblemDescription } from '../../shared/errors.ts';
import type { ExportPreset } from '../../shared/settings.ts';
import { folderOf, isWithin, joinPath } from '../design/file-name.ts';

export interface PresetText {
  readonly value: ExportPreset;
  readonly label: string;
  readonly detail: string;
  /** That its files may have, without dots, the usual one first. */
  readonly extensions: readonly [string, ...string[]];
}

export const PRESETS: readonly PresetText[] = [
  {
    value: 'h264',
    label: 'H.264',
    detail: 'Plays everywhere. 8 and 10 bits.',
    extensions: ['mp4', 'm4v', 'mov', 'mkv'],
  },
  {
    value: 'h265',
    label: 'H.265',
    detail: 'Smaller files. 8, 10 and 12 bits.',
    extensions: ['mp4', 'm4v', 'mov', 'mkv'],
  },
  {
    value: 'prores',
    label: 'ProRes',
    detail: 'For editing: 422 HQ or 4444, 10 bits. Large files.',
    extensions: ['mov', 'mkv'],
  },
  {
    value: 'ffv1',
    label: 'FFV1',
    detail: 'Lossless, in the clip’s own format. Very large.',
    extensions: ['mkv'],
  },
];

export function presetText(preset: ExportPreset): PresetText {
  const text = PRESETS.find(({ value }) => value === preset);
  if (!text) throw new TypeError(`There is no preset "${preset}".`);
  return text;
}

/** What the export dialog has in it. */
export interface ExportForm {
  /** Whether the frames are deblurred or written as they are. */
  readonly deblurred: boolean;
  readonly preset: ExportPreset;
  readonly folder: string;
  /** With its extension. */
  readonly name: string;
  readonly allowDamaged: boolean;
}

const EXTENSION = /\.([a-z0-9]+)$/i;
const VIDEO_EXTENSION = /\.(?:mp4|m4v|mov|mkv|webm|avi|mxf|mts|m2ts|ts|mpg|mpeg|ogv|wmv|flv|3gp|y4m|dv)$/i;

/** The name without the extension of a video. */
function stemOf(name: string): string {
  return name.replace(VIDEO_EXTENSION, '');
}

/** A name for the output: the clip's, and what was done with it; characters that no file may have are left out. */
export function suggestedName(clipName: string, preset: ExportPreset, deblurred: boolean): string {
  const stem = stemOf(clipName)
    .replaceAll(/[\p{Cc}/\\]/gu, ' ')
    .trim();
  return `${stem || 'clip'}-${deblurred ? 'deblurred' : 'copy'}.${presetText(preset).extensions[0]}`;
}

/** The same name for another preset: its extension changes where the preset can't go there. */
export function nameForPreset(name: string, preset: ExportPreset): string {
  const { extensions } = presetText(preset);
  const extension = EXTENSION.exec(name)?.[1]?.toLowerCase();
  if (extension !== undefined && extensions.includes(extension)) return name;
  return `${stemOf(name)}.${extensions[0]}`;
}

/** Where the output would go. */
export function outputPath({ folder, name }: Pick<ExportForm, 'folder' | 'name'>): string {
  return joinPath(folder, name.trim());
}

/** What is wrong with the destination, before the program is asked; undefined when it may be tried. */
export function problemOfForm(
  form: ExportForm,
  clip: Pick<Clip, 'path'>,
  platform: string,
): ProblemDescription | undefined {
  const name = form.name.trim();
  const problem = (message: string, hint: string): ProblemDescription => ({ code: 'usage', message, hint });
  if (name === '') return problem('The file has no name yet.', 'Type one.');
  if (form.folder === '') return problem('No folder is chosen yet.', 'Choose one.');
  const forbidden = platform === 'win32' ? /[\p{Cc}<>:"/\\|?*]/u : /[/\0]/u;
  const character = forbidden.exec(name)?.[0];
  if (character !== undefined) {
    const shown = /\p{Cc}/u.test(character) ? 'a control character' : `“${character}”`;
    return problem(`A file name can’t have ${shown} in it.`, 'Choose another name.');
  }
  const { label, extensions } = presetText(form.preset);
  const extension = EXTENSION.exec(name)?.[1]?.toLowerCase();
  if (extension === undefined || !extensions.includes(extension)) {
    const endings = extensions.map((ending) => `.${ending}`).join(', ');
    return problem(
      extension === undefined
        ? 'The name has no extension.'
        : `${label} does not go into .${extension} files.`,
      extensions.length === 1 ? `Use ${endings}.` : `Use one of ${endings}.`,
    );
  }
  if (outputPath(form) === clip.path) {
    return problem('This would write over the clip itself.', 'Choose another name or folder.');
  }
  return undefined;
}

/** The order that the form comes to. */
export function orderOf(
  form: ExportForm,
  clip: Pick<Clip, 'id'>,
  choices: { readonly deblur: ClipDeblurSettings; readonly range: FrameRange | null },
  overwrite: boolean,
): JobOrder {
  return {
    kind: 'export',
    clip: clip.id,
    deblur: form.deblurred ? choices.deblur : null,
    range: choices.range,
    preset: form.preset,
    output: outputPath(form),
    overwrite,
    allowDamaged: form.allowDamaged,
  };
}

export interface FolderSuggestion {
  readonly clip: Pick<Clip, 'path' | 'sample'>;
  /** Where the last export of this session went. */
  readonly lastOutput: string | undefined;
  readonly roots: readonly { readonly path: string }[];
  /** Whether folders outside the roots may be suggested, too: the system's dialog opens them. */
  readonly anywhere: boolean;
}

/** Where to export to: where the last one went, else next to the clip; the sample's own folder is the program's. */
export function suggestedFolder({ clip, lastOutput, roots, anywhere }: FolderSuggestion): string {
  const candidates = [
    ...(lastOutput === undefined ? [] : [folderOf(lastOutput)]),
    ...(clip.sample ? [] : [folderOf(clip.path)]),
  ];
  const open = candidates.find((folder) => anywhere || roots.some(({ path }) => isWithin(folder, path)));
  return open ?? roots[0]?.path ?? '';
}
