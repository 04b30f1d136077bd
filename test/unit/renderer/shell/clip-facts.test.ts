import { describe, expect, it } from 'vitest';
import { clipFacts, codecLabel } from '../../../../src/renderer/shell/clip-facts.ts';

const clip = {
  displayWidth: 1280,
  displayHeight: 720,
  frameRate: '30000/1001',
  variableFrameRate: false,
  codec: 'h264',
  bitDepth: 8,
};

describe('what is said of a clip', () => {
  it('is size, rate and codec', () => {
    expect(clipFacts(clip)).toEqual(['1280x720', '29.97 fps', 'H.264 8-bit']);
  });

  it('says of a variable rate that it is one', () => {
    expect(clipFacts({ ...clip, variableFrameRate: true })[1]).toBe('variable frame rate');
  });

  it('leaves out a rate that nobody knows', () => {
    expect(clipFacts({ ...clip, frameRate: undefined })).toEqual(['1280x720', 'H.264 8-bit']);
    expect(clipFacts({ ...clip, frameRate: '0/0' })).toHaveLength(2);
  });

  it('calls codecs as people do', () => {
    expect(codecLabel('hevc')).toBe('H.265');
    expect(codecLabel('prores')).toBe('ProRes');
    expect(codecLabel('xyz9')).toBe('XYZ9');
  });
});
