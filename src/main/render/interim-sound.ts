import type { FrameService } from './frame-service.ts';

/** Pictures alone, until sound is there. */
export function withoutSound(frames: FrameService) {
  return {
    index: frames.index.bind(frames),
    frame: frames.frame.bind(frames),
    sound: () => Promise.resolve(undefined),
    soundBytes: () => Promise.resolve(undefined),
    readSound: () => Promise.resolve(new Uint8Array()),
  };
}
