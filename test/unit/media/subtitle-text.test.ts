import {
  AV_CODEC_ID_ASS,
  AV_CODEC_ID_HDMV_PGS_SUBTITLE,
  AV_CODEC_ID_MOV_TEXT,
  AV_CODEC_ID_SUBRIP,
} from 'node-av/constants';
import { describe, expect, it } from 'vitest';
import { subtitleRecoding } from '../../../src/main/media/subtitle-text.ts';

const movText = (text: string) => {
  const utf8 = Buffer.from(text);
  return Buffer.concat([Buffer.from([utf8.length >> 8, utf8.length & 255]), utf8]);
};

describe('subtitleRecoding', () => {
  it('makes SubRip and ASS plain text for MP4', () => {
    const subrip = subtitleRecoding(AV_CODEC_ID_SUBRIP, 'mp4');
    expect(subrip?.convert(Buffer.from('<i>Über</i> two\r\nlines'))).toEqual(movText('Über two\nlines'));
    const ass = subtitleRecoding(AV_CODEC_ID_ASS, 'mov');
    expect(ass?.convert(Buffer.from('0,0,Default,,0,0,0,,{\\i1}One,{\\i0} two\\Nthree'))).toEqual(
      movText('One, two\nthree'),
    );
  });

  it('makes the text of MP4 SubRip for Matroska', () => {
    expect(subtitleRecoding(AV_CODEC_ID_MOV_TEXT, 'matroska')?.convert(movText('Grüße')).toString()).toBe(
      'Grüße',
    );
  });

  it('leaves alone what the container takes, and what is no text', () => {
    expect(subtitleRecoding(AV_CODEC_ID_SUBRIP, 'matroska')).toBeUndefined();
    expect(subtitleRecoding(AV_CODEC_ID_MOV_TEXT, 'mp4')).toBeUndefined();
    expect(subtitleRecoding(AV_CODEC_ID_HDMV_PGS_SUBTITLE, 'mp4')).toBeUndefined();
  });
});
