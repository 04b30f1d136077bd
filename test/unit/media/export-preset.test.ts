import { describe, expect, it } from 'vitest';
import { containerFor, planEncoder } from '../../../src/main/media/export-preset.ts';
import type { VideoStreamInfo } from '../../../src/main/media/media-info.ts';
import {
  describePlanar,
  planarEquivalent,
  summarisePixelFormat,
} from '../../../src/main/media/pixel-format.ts';
import type { ExportPreset } from '../../../src/shared/settings.ts';

function picture(pixelFormat: string, changes: Partial<VideoStreamInfo> = {}): VideoStreamInfo {
  return {
    index: 0,
    codec: 'h264',
    width: 640,
    height: 360,
    displayWidth: 640,
    displayHeight: 360,
    pixelAspect: undefined,
    rotation: 0,
    pixelFormat,
    bitDepth: 8,
    chroma: '4:2:0',
    matrix: 'bt709',
    range: 'tv',
    primaries: 'bt709',
    transfer: 'bt709',
    chromaLocation: 'left',
    fieldOrder: 'progressive',
    averageFrameRate: { num: 25, den: 1 },
    nominalFrameRate: { num: 25, den: 1 },
    timeBase: { num: 1, den: 25 },
    startTicks: 0n,
    durationTicks: 100n,
    durationIsOwn: true,
    frameCountHint: 100,
    hdr: { masteringDisplay: undefined, contentLight: undefined, dolbyVision: false },
    metadata: {},
    ...changes,
  };
}

describe('the pixel format of an output', () => {
  it.each<[ExportPreset, string, string, string]>([
    ['h264', 'mp4', 'yuv420p', 'yuv420p'],
    ['h264', 'mp4', 'yuvj420p', 'yuv420p'],
    ['h264', 'mp4', 'nv12', 'yuv420p'],
    ['h264', 'mp4', 'yuv422p10le', 'yuv422p10le'],
    ['h264', 'mp4', 'yuv444p12le', 'yuv444p10le'],
    ['h264', 'mp4', 'gbrp', 'yuv444p'],
    ['h264', 'mp4', 'gray', 'yuv420p'],
    ['h265', 'mp4', 'p010le', 'yuv420p10le'],
    ['h265', 'mp4', 'yuv444p16le', 'yuv444p12le'],
    ['prores', 'mov', 'yuv420p', 'yuv422p10le'],
    ['prores', 'mov', 'yuv444p', 'yuv444p10le'],
    ['prores', 'mov', 'yuva444p12le', 'yuva444p10le'],
    ['ffv1', 'mkv', 'yuv411p', 'yuv411p'],
    ['h264', 'mp4', 'yuv411p', 'yuv420p'],
    ['prores', 'mov', 'yuv411p', 'yuv422p10le'],
    ['ffv1', 'mkv', 'yuv422p12le', 'yuv422p12le'],
    ['ffv1', 'mkv', 'rgb24', 'bgr0'],
    ['ffv1', 'mkv', 'yuva420p', 'yuva420p'],
  ])('%s in .%s takes %s as %s', (preset, extension, source, target) => {
    expect(planEncoder(`out.${extension}`, preset, picture(source)).encoderFormat).toBe(target);
  });

  it.each([
    ['yuv420p', 641, 360, 'yuv444p'],
    ['yuv420p', 640, 361, 'yuv444p'],
    ['yuv422p', 640, 361, 'yuv422p'],
    ['yuv422p', 641, 360, 'yuv444p'],
  ])('%s of %ix%i becomes %s for H.264', (source, width, height, target) => {
    expect(planEncoder('o.mp4', 'h264', picture(source, { width, height })).encoderFormat).toBe(target);
  });

  it('says what is lost', () => {
    expect(planEncoder('o.mp4', 'h264', picture('yuva444p12le')).notices).toEqual([
      'H.264 holds 10 bits per sample; the clip has 12.',
      'H.264 holds no transparency; it is left out.',
    ]);
  });
});

describe('containerFor', () => {
  it.each<[string, ExportPreset]>([
    ['clip.mkv', 'ffv1'],
    ['CLIP.MKV', 'ffv1'],
    ['clip.mov', 'prores'],
    ['clip.m4v', 'h264'],
  ])('takes %s for %s', (path, preset) => {
    expect(containerFor(path, preset)).toBeTruthy();
  });

  it.each<[string, ExportPreset, RegExp]>([
    ['clip.mp4', 'ffv1', /Use \.mkv/],
    ['clip.mp4', 'prores', /Use \.mov/],
    ['clip', 'h264', /Use \.mp4/],
    ['clip.gif', 'h265', /Use \.mp4/],
  ])('refuses %s for %s and says what to use', (path, preset, hint) => {
    expect(() => containerFor(path, preset)).toThrow(
      expect.objectContaining({ code: 'usage', hint: expect.stringMatching(hint) as string }),
    );
  });
});

describe('mastering display data', () => {
  it('reaches the encoders in their units', () => {
    const third = (num: number) => ({ num, den: 50000 });
    const hdr = {
      masteringDisplay: {
        red: [third(34000), third(16000)],
        green: [third(13250), third(34500)],
        blue: [third(7500), third(3000)],
        white: [third(15635), third(16450)],
        minLuminance: { num: 50, den: 10000 },
        maxLuminance: { num: 1000, den: 1 },
      },
      contentLight: { max: 1000, maxFrameAverage: 400 },
      dolbyVision: false,
    } as const;
    const [options] = planEncoder('o.mp4', 'h265', picture('yuv420p10le', { hdr })).optionSets;
    expect(options?.['x265-params']).toContain(
      'master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,50):max-cll=1000,400',
    );
  });
});

describe('pixel formats', () => {
  it.each([
    ['yuv420p', { bits: 8, chroma: '4:2:0' }],
    ['yuv422p10le', { bits: 10, chroma: '4:2:2' }],
    ['p010le', { bits: 10, chroma: '4:2:0' }],
    ['gray16le', { bits: 16, chroma: '4:0:0' }],
    ['rgb24', { bits: 8, chroma: 'rgb' }],
    ['yuv411p', { bits: 8, chroma: '4:1:1' }],
  ])('%s is %o', (name, summary) => {
    expect(summarisePixelFormat(name)).toEqual(summary);
  });

  it('knows which rearrangements keep every sample', () => {
    expect(planarEquivalent('nv12')).toEqual({ format: 'yuv420p', exact: true });
    expect(planarEquivalent('yuv420p10be')).toEqual({ format: 'yuv420p10le', exact: true });
    expect(planarEquivalent('yuv411p')).toEqual({ format: 'yuv444p', exact: false });
    expect(describePlanar('nv12')).toBeUndefined();
  });
});
