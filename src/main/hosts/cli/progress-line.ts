import type { JobPhase, JobProgress } from '../../../shared/engine-protocol.ts';
import { formatCount, formatDuration, formatRate } from './format.ts';

const PHASE_TITLES: Record<JobPhase, string> = {
  starting: 'Starting',
  opening: 'Opening the clip',
  loading: 'Loading the network',
  deblurring: 'Deblurring',
  inspecting: 'Looking inside the network',
  copying: 'Copying frames',
  comparing: 'Comparing',
  averaging: 'Averaging frames',
  finishing: 'Finishing the file',
};

const COUNTED_PHASES: ReadonlySet<JobPhase> = new Set(['deblurring', 'copying', 'comparing', 'averaging']);

const BAR_WIDTH = 24;
const REDRAW_MS = 100;
const PLAIN_LINE_MS = 5000;

/** Where progress is shown; a `WriteStream` is one. */
export interface ProgressTarget {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/**
 * Shows how a job goes: on a terminal as one line that is rewritten, elsewhere as a plain line every few seconds
 * and at each new phase.
 */
export class ProgressLine {
  readonly #target: ProgressTarget;
  readonly #now: () => number;
  #phase: JobPhase = 'starting';
  #progress: JobProgress | undefined;
  #lastShown = -Infinity;
  #lineIsOpen = false;

  /** `now` gives milliseconds and never goes back. */
  constructor(target: ProgressTarget, now: () => number = () => performance.now()) {
    this.#target = target;
    this.#now = now;
  }

  phase(phase: JobPhase): void {
    this.#phase = phase;
    this.#show(true);
  }

  progress(progress: JobProgress): void {
    this.#progress = progress;
    this.#show(progress.framesDone === progress.framesTotal);
  }

  /** Removes the line from a terminal, so that something else can be printed; the next change brings it back. */
  clear(): void {
    if (this.#lineIsOpen) this.#target.write('\r\x1b[K');
    this.#lineIsOpen = false;
  }

  #show(immediately: boolean): void {
    const interval = this.#target.isTTY ? REDRAW_MS : PLAIN_LINE_MS;
    const now = this.#now();
    if (!immediately && now - this.#lastShown < interval) return;
    this.#lastShown = now;
    if (!this.#target.isTTY) {
      this.#target.write(describeProgress(this.#phase, this.#progress) + '\n');
      return;
    }
    const line = describeProgress(this.#phase, this.#progress, BAR_WIDTH);
    // One column is left free: a full line would wrap and could not be rewritten. Terminals that don't know say 0.
    const { columns = 0 } = this.#target;
    this.#target.write('\r' + line.slice(0, (columns > 0 ? columns : 80) - 1) + '\x1b[K');
    this.#lineIsOpen = true;
  }
}

/** One line about a running job; `barWidth` adds a bar of that many characters when the total is known. */
export function describeProgress(phase: JobPhase, progress: JobProgress | undefined, barWidth = 0): string {
  const title = PHASE_TITLES[phase];
  if (!progress || !COUNTED_PHASES.has(phase)) return title;
  const { framesDone, framesTotal, fps, etaSeconds } = progress;
  const parts: string[] = [];
  if (framesTotal === undefined) {
    parts.push(formatCount(framesDone, 'frame'));
  } else {
    const share = framesTotal === 0 ? 1 : Math.min(1, framesDone / framesTotal);
    const filled = Math.floor(share * barWidth);
    if (barWidth > 0) parts.push('█'.repeat(filled) + '░'.repeat(barWidth - filled));
    parts.push(`${framesDone}/${formatCount(framesTotal, 'frame')}`, `${Math.floor(share * 100)} %`);
  }
  if (fps !== undefined) parts.push(`${formatRate(fps)} fps`);
  if (etaSeconds !== undefined) parts.push(`${formatDuration(etaSeconds)} left`);
  return `${title}  ${parts.join('  ')}`;
}
