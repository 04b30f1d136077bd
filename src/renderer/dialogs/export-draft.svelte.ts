import { AcutanceError, type ProblemDescription } from '../../shared/errors.ts';
import { DEFAULT_EXPORT_PRESET } from '../../shared/settings.ts';
import type { Job } from '../../shared/api/job.ts';
import { baseName, folderOf } from '../design/file-name.ts';
import type { ClipView } from '../state/clip-view.svelte.ts';
import type { Workspace } from '../state/workspace.svelte.ts';
import {
  nameForPreset,
  orderOf,
  outputPath,
  presetText,
  problemOfForm,
  suggestedFolder,
  suggestedName,
  type ExportForm,
} from './export-form.ts';

/** An export while it is being put together. */
export class ExportDraft {
  readonly #workspace: Workspace;
  readonly #clip: ClipView;
  #form = $state.raw<ExportForm>()!;
  /** Whether the name is the suggested one, which follows what is chosen. */
  #nameSuggested = true;
  #agreedPath: string | undefined;
  /** Whether Export was pressed: only then is an empty name a problem. */
  submitted = $state(false);

  readonly problem: ProblemDescription | undefined = $derived.by(() =>
    problemOfForm(this.#form, this.#clip.info, this.#workspace.session?.platform ?? ''),
  );

  constructor(workspace: Workspace, clip: ClipView) {
    this.#workspace = workspace;
    this.#clip = clip;
    const preset = DEFAULT_EXPORT_PRESET;
    const last = workspace.jobs.all.findLast(({ kind, output }) => kind === 'export' && output !== undefined);
    const roots = workspace.session?.roots ?? [];
    this.#form = {
      deblurred: true,
      preset,
      folder: suggestedFolder({
        clip: clip.info,
        lastOutput: last?.output,
        roots,
        anywhere: workspace.bridge !== undefined,
      }),
      name: suggestedName(clip.info.name, preset, true),
      allowDamaged: false,
    };
  }

  get form(): ExportForm {
    return this.#form;
  }

  /** Whether the user has chosen just this path in the system's dialog, which has asked about replacing a file. */
  get agreed(): boolean {
    return outputPath(this.#form) === this.#agreedPath;
  }

  /** Whether the clip is known to be damaged: from its probing, or because an export has ended so. */
  get offersDamaged(): boolean {
    const { id, notices } = this.#clip.info;
    const refused = this.#workspace.jobs.all.some(
      ({ clip, problem }) => clip === id && problem?.code === 'input-corrupt',
    );
    return refused || notices.some((notice) => /damage|corrupt|missing|patched/i.test(notice));
  }

  change(part: Partial<ExportForm>): void {
    if (part.name !== undefined) this.#nameSuggested = false;
    const next = { ...this.#form, ...part };
    if (this.#nameSuggested) {
      next.name = suggestedName(this.#clip.info.name, next.preset, next.deblurred);
    } else if (part.preset !== undefined) {
      next.name = nameForPreset(next.name, next.preset);
    }
    this.#form = next;
  }

  /** Asks with the system's save dialog, in the desktop window. @returns whether something was chosen */
  async chooseNatively(): Promise<boolean> {
    const path = await this.#workspace.bridge?.chooseOutput({
      folder: this.#form.folder,
      name: this.#form.name,
      extensions: presetText(this.#form.preset).extensions,
    });
    if (path === undefined) return false;
    this.#agreedPath = path;
    this.change({ folder: folderOf(path), name: baseName(path) });
    return true;
  }

  /**
   * Starts the job.
   * @throws AcutanceError `output-exists` when it must first be asked whether to replace a file; whatever the program
   *   refuses the job with
   */
  async start(overwrite: boolean): Promise<Job> {
    const path = outputPath(this.#form);
    const agreed = overwrite || this.agreed;
    if (!agreed && (await this.#exists(path))) {
      throw new AcutanceError('output-exists', `"${path}" exists.`);
    }
    await this.#clip.saveChoices();
    return this.#workspace.jobs.start(orderOf(this.#form, this.#clip.info, this.#clip.choices, agreed));
  }

  /** A folder that can't be listed is no obstacle here: the job will say what is wrong with it. */
  async #exists(path: string): Promise<boolean> {
    try {
      const { entries } = await this.#workspace.client.folder({ query: { path: this.#form.folder } });
      return entries.some((entry) => entry.path === path);
    } catch (thrown) {
      if (thrown instanceof AcutanceError) return false;
      throw thrown;
    }
  }
}
