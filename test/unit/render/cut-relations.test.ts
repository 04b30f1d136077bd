import { describe, expect, it } from 'vitest';
import { CutRelations, type RelatedRecipe } from '../../../src/main/render/cut-relations.ts';
import { DEFAULT_DEBLUR_SETTINGS, type CutSetting } from '../../../src/shared/settings.ts';

/** A recipe with a window of two frames to either side. */
function recipe(id: string, cuts: CutSetting | undefined, family = 'family') {
  return { id, family, context: { before: 2, after: 2 }, settings: { ...DEFAULT_DEBLUR_SETTINGS, cuts } };
}

/** The frames of a clip of 20 that a related recipe makes differently. */
function differing(related: RelatedRecipe | undefined): number[] {
  return Array.from({ length: 20 }, (_, frame) => frame).filter((frame) => !related?.agreesAt(frame));
}

describe('recipes that differ in their cuts', () => {
  it('make the same of frames whose windows reach over none that was added or taken away', () => {
    const relations = new CutRelations();
    expect(relations.relate('clip', recipe('a', [5, 10]), undefined)).toEqual([]);
    const [added] = relations.relate('clip', recipe('b', [5, 10, 15]), undefined);
    expect(added?.id).toBe('a');
    // A cut before frame 15 lies within the windows of the two frames before it and of the two from it on.
    expect(differing(added)).toEqual([13, 14, 15, 16]);
    const related = relations.relate('clip', recipe('c', [6, 10]), undefined);
    expect(related.map(({ id }) => id)).toEqual(['b', 'a']);
    expect(differing(related[1])).toEqual([3, 4, 5, 6, 7]);
  });

  it('are the ones that are found, as soon as they are known', () => {
    const relations = new CutRelations();
    relations.relate('clip', recipe('detected', undefined), undefined);
    expect(relations.relate('clip', recipe('early', [10]), undefined)).toEqual([]);
    const related = relations.relate('clip', recipe('edited', [5, 10]), [5, 12]);
    expect(related.map(({ id }) => id)).toEqual(['early', 'detected']);
    expect(differing(related[1])).toEqual([8, 9, 10, 11, 12, 13]);
  });

  it('are none where the clip is taken as one shot', () => {
    const relations = new CutRelations();
    relations.relate('clip', recipe('off', 'none'), undefined);
    const [off] = relations.relate('clip', recipe('edited', [5]), undefined);
    expect(differing(off)).toEqual([3, 4, 5, 6]);
  });

  it('have nothing to do with those of another clip, of other settings, or with cuts by time', () => {
    const relations = new CutRelations();
    relations.relate('clip', recipe('a', [5]), undefined);
    relations.relate('clip', recipe('times', [{ numerator: 1, denominator: 2 }]), undefined);
    expect(relations.relate('other', recipe('b', [5]), undefined)).toEqual([]);
    expect(relations.relate('clip', recipe('c', [5], 'others'), undefined)).toEqual([]);
    expect(relations.relate('clip', recipe('d', [5]), undefined).map(({ id }) => id)).toEqual(['a']);
  });
});
