import { describe, expect, it } from 'vitest';
import { withChapters } from '../../../src/main/media/chapter-boxes.ts';
import { chapterElement } from '../../../src/main/media/chapter-elements.ts';
import { cutChapters, parseChapters } from '../../../src/main/media/chapters.ts';

// Captured from FFmpeg 8.1 describing an MP4 file; every string is one message of its log.
const CAPTURED = [
  ...[
    "Input #0, mov,mp4,m4a,3gp,3g2,mj2, from 'input':",
    '  Metadata:',
    '    title           : ',
    'Movie = one',
    '',
  ],
  ...['  Duration: ', '00:00:03.16', ', start: ', '0.000000', ', bitrate: ', '690 kb/s', '', '  Chapters:'],
  ...['    Chapter #0:0: ', 'start 0.000000, ', 'end 1.000000', '      Metadata:'],
  ...['        title           : ', 'First: "start"', ''],
  ...['    Chapter #0:1: ', 'start 1.000000, ', 'end 3.000000', '      Metadata:'],
  ...['        title           : ', 'Zweites Käpitel ☃', ''],
  ...[
    '  Stream #0',
    ':1',
    '[0x2]',
    '(und)',
    ': Audio: aac (LC)',
    '',
    '    Metadata:',
    '      title           : ',
    'Voice',
    '',
  ],
];

const chapters = [
  { startSeconds: 0, endSeconds: 1, title: 'First: "start"' },
  { startSeconds: 1, endSeconds: 3, title: 'Zweites Käpitel ☃' },
];

describe('parseChapters', () => {
  it('reads times and titles, and no title of anything else', () => {
    expect(parseChapters(CAPTURED)).toEqual(chapters);
  });

  it('reads nothing where there are none', () => {
    expect(parseChapters(CAPTURED.slice(0, 12))).toEqual([]);
  });
});

describe('cutChapters', () => {
  it('keeps what lies in the range, counted from its start', () => {
    expect(cutChapters(chapters, 0.5, 2)).toEqual([
      { startSeconds: 0, endSeconds: 0.5, title: 'First: "start"' },
      { startSeconds: 0.5, endSeconds: 1.5, title: 'Zweites Käpitel ☃' },
    ]);
    expect(cutChapters(chapters, 1).map(({ title }) => title)).toEqual(['Zweites Käpitel ☃']);
  });
});

describe('withChapters', () => {
  const box = (type: string, content: Buffer) => {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(8 + content.length, 0);
    head.write(type, 4, 'latin1');
    return Buffer.concat([head, content]);
  };
  const list = Buffer.concat([
    Buffer.from('0100000000000000', 'hex'),
    Buffer.from([1]),
    Buffer.from('0000000000989680', 'hex'),
    Buffer.from([1]),
    Buffer.from('A'),
  ]);
  const one = [{ startSeconds: 1, endSeconds: 2, title: 'A' }];

  it('adds to the user data that is there and keeps what is around it', () => {
    const moov = box(
      'moov',
      Buffer.concat([
        box('mvhd', Buffer.from('x')),
        box('udta', Buffer.from('old')),
        box('trak', Buffer.from('y')),
      ]),
    );
    const udta = box('udta', Buffer.concat([Buffer.from('old'), box('chpl', list)]));
    expect(withChapters(moov, one)).toEqual(
      box('moov', Buffer.concat([box('mvhd', Buffer.from('x')), udta, box('trak', Buffer.from('y'))])),
    );
  });

  it('makes user data where there is none', () => {
    expect(withChapters(box('moov', Buffer.alloc(0)), one)).toEqual(
      box('moov', box('udta', box('chpl', list))),
    );
  });

  it('cuts long titles between characters', () => {
    const long = withChapters(box('moov', Buffer.alloc(0)), [
      { startSeconds: 0, endSeconds: 1, title: 'ä'.repeat(200) },
    ]);
    expect(long.subarray(-255)).not.toContain(0xfffd);
    expect(long.toString('utf8').endsWith('ä'.repeat(127))).toBe(true);
  });
});

describe('chapterElement', () => {
  it('begins with the Chapters element of Matroska and holds the times in nanoseconds', () => {
    const element = chapterElement([{ startSeconds: 0.5, endSeconds: 2, title: 'A' }]);
    expect(element.subarray(0, 4).toString('hex')).toBe('1043a770');
    expect(element.toString('hex')).toContain(`9188${500_000_000n.toString(16).padStart(16, '0')}`);
    expect(element.toString('hex')).toContain('858141');
  });
});
