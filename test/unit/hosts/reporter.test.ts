import { describe, expect, it } from 'vitest';
import { createReporter } from '../../../src/main/hosts/cli/reporter.ts';
import { AcutanceError } from '../../../src/shared/errors.ts';

function streams() {
  const out: string[] = [];
  const err: string[] = [];
  return {
    stdout: { write: (text: string) => out.push(text) },
    stderr: { write: (text: string) => err.push(text) },
    out: () => out.join(''),
    err: () => err.join(''),
  };
}

const failure = new AcutanceError('disk-full', 'The disk is full.', { hint: 'Make room.' });

describe('talking to a person', () => {
  it('shows control characters of file names instead of obeying them', () => {
    const target = streams();
    const reporter = createReporter({}, target);
    reporter.result({}, 'Wrote \x1b[2Jé.mp4.\n');
    reporter.failure(new AcutanceError('usage', '"a\rb" is odd.'));
    expect(target.out()).toBe('Wrote \\x1b[2Jé.mp4.\n');
    expect(target.err()).toBe('acutance: "a\\x0db" is odd.\n');
  });
});

describe('talking to a program', () => {
  it('writes one JSON object per line to stdout and nothing anywhere else', () => {
    const target = streams();
    const reporter = createReporter({ json: true }, target);
    reporter.event({ type: 'phase', phase: 'deblurring' });
    reporter.event({
      type: 'progress',
      progress: { framesDone: 1, framesTotal: 2, fps: 0.5, etaSeconds: 2 },
    });
    reporter.event({ type: 'notice', notice: { code: 'input', message: 'Careful.' } });
    reporter.remark('Cancelling.');
    reporter.result({ frames: 2 }, 'Wrote it.\n');
    reporter.failure(failure);
    const lines = target.out().trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { type: 'phase', phase: 'deblurring' },
      { type: 'progress', framesDone: 1, framesTotal: 2, fps: 0.5, etaSeconds: 2 },
      { type: 'notice', code: 'input', message: 'Careful.' },
      { type: 'done', frames: 2 },
      { type: 'failed', code: 'disk-full', message: 'The disk is full.', hint: 'Make room.', exitCode: 4 },
    ]);
    expect(target.err()).toBe('');
  });
});

describe('talking to a person', () => {
  it('puts the summary on stdout, progress and notices on stderr', () => {
    const target = streams();
    const reporter = createReporter({}, target);
    reporter.event({ type: 'phase', phase: 'loading' });
    reporter.event({ type: 'notice', notice: { code: 'input', message: 'The clip is interlaced.' } });
    reporter.result({}, 'Wrote it.\n');
    expect(target.out()).toBe('Wrote it.\n');
    expect(target.err()).toBe('Loading the network\nNote: The clip is interlaced.\n');
  });

  it('says what happened and what to do', () => {
    const target = streams();
    createReporter({}, target).failure(failure);
    expect(target.err()).toBe('acutance: The disk is full.\n  Make room.\n');
    expect(target.out()).toBe('');
  });

  it('shows nothing but failures when quiet', () => {
    const target = streams();
    const reporter = createReporter({ quiet: true }, target);
    reporter.event({ type: 'phase', phase: 'loading' });
    reporter.event({ type: 'notice', notice: { code: 'input', message: 'The clip is interlaced.' } });
    reporter.result({}, 'Wrote it.\n');
    expect(target.out() + target.err()).toBe('');
    reporter.failure(failure);
    expect(target.err()).not.toBe('');
  });
});
