import { beforeEach, describe, expect, it } from 'vitest';
import { Viewport } from '../../../../src/renderer/state/viewport.svelte.ts';

describe('Viewport', () => {
  let viewport: Viewport;

  beforeEach(() => {
    viewport = new Viewport();
    viewport.setPicture({ width: 1920, height: 1080 });
    viewport.setRoom({ width: 960, height: 600 }, 2);
  });

  it('fits the whole picture until told otherwise', () => {
    expect(viewport.scale).toBe(0.5);
    expect(viewport.magnification).toBe(1);
  });

  it('follows the room while it fits', () => {
    viewport.setRoom({ width: 480, height: 600 }, 2);
    expect(viewport.scale).toBe(0.25);
  });

  it('shows one picture pixel on one pixel of the screen at 100 %', () => {
    viewport.setRoom({ width: 480, height: 300 }, 2);
    viewport.actualSize();
    expect(viewport.scale).toBe(0.5);
  });

  it('keeps what is under the pointer under it', () => {
    viewport.zoomTo(4, { x: 100, y: -50 });
    const under = (100 - viewport.pan.x) / viewport.scale;
    expect(under).toBeCloseTo(100 / 0.5);
    viewport.zoomTo(8, { x: 100, y: -50 });
    expect((100 - viewport.pan.x) / viewport.scale).toBeCloseTo(under);
  });

  it('never shows emptiness beside a picture that is larger than its room', () => {
    viewport.zoomTo(2);
    viewport.panBy(10_000, 10_000);
    expect(viewport.pan).toEqual({ x: (1920 - 960) / 2, y: (1080 - 600) / 2 });
  });

  it('forgets where the picture was moved to when it fits again', () => {
    viewport.zoomTo(4);
    viewport.panBy(50, 0);
    viewport.fit();
    viewport.zoomTo(4);
    expect(viewport.pan).toEqual({ x: 0, y: 0 });
  });

  it('stays within what can be zoomed', () => {
    viewport.zoomTo(1e6);
    expect(viewport.magnification).toBe(32);
    viewport.zoomTo(0);
    expect(viewport.magnification).toBeCloseTo(0.05);
  });

  it('goes up and down the same steps', () => {
    viewport.actualSize();
    const up = [1, 2, 3].map(() => (viewport.zoomIn(), viewport.magnification));
    const down = [1, 2, 3].map(() => (viewport.zoomOut(), viewport.magnification));
    expect([up, down]).toEqual([
      [1.5, 2, 3],
      [2, 1.5, 1],
    ]);
  });

  it.each([
    [190, -170],
    [-181, 179],
    [540, -180],
    [45, 45],
  ])('turns the divider by %s degrees to %s', (angle, expected) => {
    viewport.wipeAngle = angle;
    expect(viewport.wipeAngle).toBe(expected);
  });

  it('keeps the divider on the picture', () => {
    viewport.wipePosition = 1.2;
    expect(viewport.wipePosition).toBe(1);
    viewport.wipePosition = -0.2;
    expect(viewport.wipePosition).toBe(0);
  });
});
