import type { Clip, FrameRange } from '../../shared/api/clip.ts';
import { endpoints } from '../../shared/api/endpoints.ts';
import { addressOf } from '../api/client.ts';
import { FrameTimes } from '../transport/frame-times.ts';
import { Player } from '../transport/player.ts';
import { formatPosition, type PositionFormat } from '../transport/timecode.ts';
import type { Sound } from './sound.svelte.ts';

const MAX_SPEED = 8;
const SLOW_SPEED = 0.25;

/** Where a clip is being watched, and how it plays. */
export class Transport {
  readonly frames: number;
  readonly sound: Sound;
  readonly hasSound: boolean;
  readonly #format: PositionFormat;
  readonly #range: () => FrameRange | null;
  readonly #player: Player;
  #times: FrameTimes;
  #index = $state(0);
  #speed = $state(0);
  #loop = $state(false);
  /** Whether the playhead is being dragged. */
  scrubbing = $state(false);

  readonly playing = $derived.by(() => this.#speed !== 0);
  /** Seconds from the first frame. */
  readonly seconds = $derived.by(() => this.#times.at(this.#index));
  readonly timecode = $derived.by(() => this.timecodeAt(this.#index));

  /** @param range in and out point, that a loop goes over */
  constructor(clip: Clip, sound: Sound, range: () => FrameRange | null) {
    this.frames = clip.frames;
    this.sound = sound;
    this.hasSound = clip.sound !== undefined;
    this.#format = { timecode: clip.timecode, frameRate: clip.frameRate, variable: clip.variableFrameRate };
    this.#range = range;
    this.#times = $state.raw(FrameTimes.even(clip.frames, clip.durationSeconds));
    sound.load(clip.sound ? addressOf(endpoints.sound, { params: { clip: clip.id } }) : undefined);
    this.#player = new Player({
      clock: sound.clock(),
      times: () => this.#times,
      onFrame: (index) => (this.#index = index),
      onEnd: () => (this.#speed = 0),
      nextTick: (callback) => {
        const id = requestAnimationFrame(callback);
        return () => cancelAnimationFrame(id);
      },
    });
  }

  /** The frame under the playhead. */
  get index(): number {
    return this.#index;
  }

  /** Multiple of the clip's own speed: 0 when it stands still, negative backwards. */
  get speed(): number {
    return this.#speed;
  }

  get loop(): boolean {
    return this.#loop;
  }

  set loop(loop: boolean) {
    this.#loop = loop;
    if (this.playing) this.#play(this.#speed);
  }

  get times(): FrameTimes {
    return this.#times;
  }

  setTimes(times: Float64Array): void {
    this.#times = new FrameTimes(times);
  }

  /** How a frame's position is written: the source's timecode where it has one, else the time since the start. */
  timecodeAt(index: number): string {
    return formatPosition(this.#format, index, this.#times.at(index));
  }

  /** Moves the playhead; what plays goes on from there. */
  seek(index: number): void {
    this.#index = Math.min(this.frames - 1, Math.max(0, Math.round(index)));
    if (this.playing) this.#play(this.#speed);
  }

  /** Stands still a number of frames further. */
  step(frames: number): void {
    this.pause();
    this.seek(this.#index + frames);
  }

  play(): void {
    this.#play(1);
  }

  pause(): void {
    this.#player.stop();
    this.#speed = 0;
  }

  toggle(): void {
    if (this.playing) this.pause();
    else this.play();
  }

  /** L and J: plays in a direction, faster each time up to eightfold. */
  shuttle(direction: 1 | -1): void {
    const faster = Math.sign(this.#speed) === direction && Math.abs(this.#speed) >= 1;
    this.#play(faster ? direction * Math.min(MAX_SPEED, Math.abs(this.#speed) * 2) : direction);
  }

  /** K together with L or J: plays slowly. */
  creep(direction: 1 | -1): void {
    this.#play(direction * SLOW_SPEED);
  }

  /** Plays on at a speed, as it did before it was held. */
  resume(speed: number): void {
    this.#play(speed);
  }

  goToStart(): void {
    this.seek(0);
  }

  goToEnd(): void {
    this.seek(this.frames - 1);
  }

  dispose(): void {
    this.pause();
  }

  #play(speed: number): void {
    const range = this.#loop ? this.#range() : null;
    const span = range ?? { from: 0, to: this.frames };
    const outside = this.#index < span.from || this.#index >= span.to;
    const spent = speed > 0 ? this.#index === span.to - 1 : this.#index === span.from;
    const start = speed > 0 ? span.from : span.to - 1;
    this.#index = outside || (spent && !this.playing) ? start : this.#index;
    this.#speed = speed;
    this.#player.play({ from: this.#index, speed, span, loop: this.#loop });
  }
}
