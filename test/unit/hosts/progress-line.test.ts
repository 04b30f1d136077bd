import { describe, expect, it } from 'vitest';
import { describeProgress, ProgressLine } from '../../../src/main/hosts/cli/progress-line.ts';

/** A terminal that keeps what its last line shows, or a plain stream. */
function screen(isTTY: boolean, columns = 80) {
  const written: string[] = [];
  return {
    isTTY,
    columns,
    written,
    write: (text: string) => written.push(text),
    get line(): string {
      return written.join('').split('\r').at(-1)?.replace('\x1b[K', '') ?? '';
    },
  };
}

describe('what a progress line says', () => {
  it('names the phase, the frames, the share, the rate and the time left', () => {
    const progress = { framesDone: 30, framesTotal: 90, fps: 2.5, etaSeconds: 24 };
    expect(describeProgress('deblurring', progress)).toBe(
      'Deblurring  30/90 frames  33 %  2.5 fps  0:24 left',
    );
    expect(describeProgress('deblurring', progress, 6)).toContain('██░░░░  30/90');
  });

  it('counts without a total where the clip does not tell', () => {
    expect(describeProgress('copying', { framesDone: 1 })).toBe('Copying frames  1 frame');
  });

  it('never claims to be further than the end', () => {
    expect(describeProgress('deblurring', { framesDone: 12, framesTotal: 10 }, 4)).toContain(
      '████  12/10 frames  100 %',
    );
  });
});

describe('on a terminal', () => {
  it('rewrites one line that never wraps', () => {
    const terminal = screen(true, 30);
    const line = new ProgressLine(terminal, () => 0);
    line.phase('loading');
    line.phase('deblurring');
    line.progress({ framesDone: 10, framesTotal: 10, fps: 1, etaSeconds: 0 });
    expect(terminal.written.join('')).not.toContain('\n');
    expect(terminal.line).toHaveLength(29);
  });

  it('redraws at most ten times a second, and always the last frame', () => {
    const terminal = screen(true);
    let now = 0;
    const line = new ProgressLine(terminal, () => now);
    line.phase('deblurring');
    for (let frame = 1; frame <= 100; frame++) {
      now += 5;
      line.progress({ framesDone: frame, framesTotal: 100 });
    }
    expect(terminal.written.length).toBeLessThanOrEqual(7);
    expect(terminal.line).toContain('100/100');
  });

  it('can be cleared for another message', () => {
    const terminal = screen(true);
    const line = new ProgressLine(terminal, () => 0);
    line.phase('loading');
    line.clear();
    expect(terminal.line).toBe('');
  });
});

describe('elsewhere', () => {
  it('writes a plain line at each phase and every five seconds', () => {
    const log = screen(false);
    let now = 0;
    const line = new ProgressLine(log, () => now);
    line.phase('deblurring');
    for (let frame = 1; frame < 12; frame++) {
      now += 1000;
      line.progress({ framesDone: frame, framesTotal: 100 });
    }
    expect(log.written).toEqual([
      'Deblurring\n',
      'Deblurring  5/100 frames  5 %\n',
      'Deblurring  10/100 frames  10 %\n',
    ]);
  });

  it('writes no control characters', () => {
    const log = screen(false);
    const line = new ProgressLine(log, () => 0);
    line.phase('loading');
    line.clear();
    expect(log.written.join('')).toBe('Loading the network\n');
  });
});

describe('a terminal that does not know its width', () => {
  it('gets the line of one with 80 columns', () => {
    const written: string[] = [];
    const target = { isTTY: true, columns: 0, write: (text: string) => written.push(text) };
    new ProgressLine(target, () => 0).phase('opening');
    expect(written.join('')).toContain('Opening the clip');
  });
});
