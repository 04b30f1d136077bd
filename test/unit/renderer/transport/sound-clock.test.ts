import { beforeEach, describe, expect, it } from 'vitest';
import { SoundClock } from '../../../../src/renderer/transport/sound-clock.ts';
import { settled } from '../support/server.ts';

/** As much of a sound as the clock uses. */
class FakeSound {
  readonly HAVE_FUTURE_DATA = 3;
  src = '/sound.wav';
  duration = 10;
  currentTime = 0;
  readyState = 4;
  seeking = false;
  paused = true;
  ended = false;
  error: unknown = null;
  refuses = false;

  async play(): Promise<void> {
    if (this.refuses) throw new DOMException('no gesture', 'NotAllowedError');
    this.paused = false;
  }

  pause(): void {
    this.paused = true;
  }
}

describe('SoundClock', () => {
  let now: number;
  let sound: FakeSound;
  let clock: SoundClock;

  beforeEach(() => {
    now = 0;
    sound = new FakeSound();
    clock = new SoundClock(sound as unknown as HTMLAudioElement, () => now);
  });

  it('goes by the sound, however the computer’s clock runs', () => {
    clock.start(2, 1);
    expect(sound.currentTime).toBe(2);
    now = 5000;
    sound.currentTime = 2.5;
    expect(clock.seconds()).toBe(2.5);
  });

  it('waits for sound that is being fetched, but not for ever', () => {
    clock.start(2, 1);
    sound.readyState = 1;
    now = 500;
    expect(clock.seconds()).toBe(2);
    now = 1100;
    clock.seconds();
    now = 1600;
    expect(clock.seconds()).toBeCloseTo(2.5);
    expect(sound.paused).toBe(true);
  });

  it.each([2, 0.25, -1])('is silent at speed %s', (speed) => {
    clock.start(2, speed);
    expect(sound.paused).toBe(true);
    now = 1000;
    expect(clock.seconds()).toBe(2 + speed);
  });

  it('goes on when the sound is shorter than the picture', () => {
    clock.start(9, 1);
    sound.currentTime = 10;
    clock.seconds();
    sound.ended = true;
    sound.paused = true;
    clock.seconds();
    now = 1000;
    expect(clock.seconds()).toBeCloseTo(11);
  });

  it('starts without sound behind its end', () => {
    clock.start(12, 1);
    now = 1000;
    expect(clock.seconds()).toBe(13);
  });

  it('goes by the computer’s clock where the browser refuses sound', async () => {
    sound.refuses = true;
    clock.start(2, 1);
    await settled();
    now = 1000;
    expect(clock.seconds()).toBeCloseTo(3);
  });

  it('falls silent when it is stopped', () => {
    clock.start(2, 1);
    clock.stop();
    expect(sound.paused).toBe(true);
  });
});
