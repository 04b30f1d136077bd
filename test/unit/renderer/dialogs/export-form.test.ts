import { describe, expect, it } from 'vitest';
import { jobOrderSchema } from '../../../../src/shared/api/job.ts';
import { EXPORT_PRESETS } from '../../../../src/shared/settings.ts';
import {
  PRESETS,
  nameForPreset,
  orderOf,
  outputPath,
  presetText,
  problemOfForm,
  suggestedFolder,
  suggestedName,
  type ExportForm,
} from '../../../../src/renderer/dialogs/export-form.ts';

const clip = { id: '0'.repeat(32), path: '/v/clip.mp4' };
const form: ExportForm = {
  deblurred: true,
  preset: 'h264',
  folder: '/v',
  name: 'clip-deblurred.mp4',
  allowDamaged: false,
};
const problem = (part: Partial<ExportForm>, platform = 'linux') =>
  problemOfForm({ ...form, ...part }, clip, platform);

describe('presets', () => {
  it('are all explained', () => {
    expect(PRESETS.map(({ value }) => value)).toEqual([...EXPORT_PRESETS]);
  });
});

describe('the suggested name', () => {
  it('is the clip’s, with what was done and the preset’s ending', () => {
    expect(suggestedName('clip.mp4', 'h264', true)).toBe('clip-deblurred.mp4');
    expect(suggestedName('clip.MOV', 'prores', true)).toBe('clip-deblurred.mov');
    expect(suggestedName('clip.mp4', 'ffv1', false)).toBe('clip-copy.mkv');
  });

  it('keeps dots that are no ending', () => {
    expect(suggestedName('v1.2 final', 'h264', true)).toBe('v1.2 final-deblurred.mp4');
  });

  it('leaves out what no file name may have', () => {
    expect(suggestedName('two\nlines/and\\more.mp4', 'h264', true)).toBe('two lines and more-deblurred.mp4');
    expect(suggestedName('\n.mp4', 'h264', true)).toBe('clip-deblurred.mp4');
  });

  it('passes the check on every system', () => {
    expect(
      problem({ name: suggestedName('clip 👩‍🚀.mp4', 'h265', true), preset: 'h265' }, 'win32'),
    ).toBeUndefined();
  });
});

describe('a name for another preset', () => {
  it('changes its ending only where it has to', () => {
    expect(nameForPreset('clip.mov', 'prores')).toBe('clip.mov');
    expect(nameForPreset('clip.MOV', 'h265')).toBe('clip.MOV');
    expect(nameForPreset('clip.mp4', 'prores')).toBe('clip.mov');
    expect(nameForPreset('clip.mov', 'ffv1')).toBe('clip.mkv');
    expect(nameForPreset('clip v1.2', 'ffv1')).toBe('clip v1.2.mkv');
  });
});

describe('the suggested folder', () => {
  const roots = [{ path: '/home/me' }, { path: '/v' }];
  const clip = { path: '/v/c.mp4', sample: false };
  const sample = { path: '/app/s.mp4', sample: true };
  const first = { lastOutput: undefined, roots, anywhere: false };

  it('is where the last export went', () => {
    expect(suggestedFolder({ ...first, clip, lastOutput: '/home/me/out/a.mp4' })).toBe('/home/me/out');
  });

  it('is the clip’s own, but not that of the sample', () => {
    expect(suggestedFolder({ ...first, clip })).toBe('/v');
    expect(suggestedFolder({ ...first, clip: sample })).toBe('/home/me');
    expect(suggestedFolder({ ...first, clip: sample, roots: [] })).toBe('');
  });

  it('is one that may be written to, unless the system’s dialog opens any', () => {
    const elsewhere = { path: '/vault/c.mp4', sample: false };
    expect(suggestedFolder({ ...first, clip: elsewhere })).toBe('/home/me');
    expect(suggestedFolder({ ...first, clip: elsewhere, anywhere: true })).toBe('/vault');
  });
});

describe('the destination', () => {
  it('is accepted when nothing is wrong with it', () => {
    expect(problem({})).toBeUndefined();
    expect(problem({ name: '  spaces around.mp4 ' })).toBeUndefined();
    expect(outputPath({ folder: '/v', name: ' a.mp4 ' })).toBe('/v/a.mp4');
  });

  it('needs a name and a folder', () => {
    expect(problem({ name: '  ' })?.message).toBe('The file has no name yet.');
    expect(problem({ folder: '' })?.message).toBe('No folder is chosen yet.');
  });

  it('can’t have what the system’s file names can’t', () => {
    expect(problem({ name: 'a/b.mp4' })?.message).toContain('“/”');
    expect(problem({ name: 'a:b.mp4' })).toBeUndefined();
    expect(problem({ name: 'a:b.mp4' }, 'win32')?.message).toContain('“:”');
    expect(problem({ name: 'a\nb.mp4' }, 'win32')?.message).toContain('a control character');
  });

  it('has to go with the preset, and says with which endings it would', () => {
    expect(problem({ name: 'clip.avi' })).toMatchObject({
      message: 'H.264 does not go into .avi files.',
      hint: 'Use one of .mp4, .m4v, .mov, .mkv.',
    });
    expect(problem({ preset: 'ffv1', name: 'clip.mp4' })?.hint).toBe('Use .mkv.');
    expect(problem({ name: 'clip' })?.message).toBe('The name has no extension.');
  });

  it('is never the clip itself', () => {
    expect(problem({ name: 'clip.mp4' })?.message).toBe('This would write over the clip itself.');
  });
});

describe('the order', () => {
  const deblur = { network: 'cdvd-tsp', size: 'lite', stages: 2, device: 'auto', strength: 1 } as const;
  const choices = { deblur, range: { from: 3, to: 9 } };

  it('holds what was chosen', () => {
    const order = orderOf(form, clip, choices, false);
    expect(order).toEqual({
      kind: 'export',
      clip: clip.id,
      deblur,
      range: { from: 3, to: 9 },
      preset: 'h264',
      output: '/v/clip-deblurred.mp4',
      overwrite: false,
      allowDamaged: false,
    });
    expect(jobOrderSchema.safeParse(order).success).toBe(true);
  });

  it('leaves the frames as they are when that was chosen', () => {
    expect(orderOf({ ...form, deblurred: false }, clip, choices, true)).toMatchObject({
      deblur: null,
      overwrite: true,
    });
  });
});

it('a preset that there is not is a defect', () => {
  expect(() => presetText('vhs' as 'h264')).toThrow(TypeError);
});
