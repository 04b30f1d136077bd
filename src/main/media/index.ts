export { cutOff } from './announced-size.ts';
export { probe } from './probe.ts';
export { ticksAtOrAfter, VideoReader, type ReadOptions } from './video-reader.ts';
export { VideoFrame } from './video-frame.ts';
export type {
  Chapter,
  HdrInfo,
  MasteringDisplay,
  MediaInfo,
  StreamSummary,
  VideoStreamInfo,
} from './media-info.ts';
export { FrameConverter } from './frame-converter.ts';
export { FrameSource, type FrameSourceOptions } from './frame-source.ts';
export type { Picture } from './picture.ts';
export { PictureMaker, type PictureOptions } from './picture-maker.ts';
export { SOUND_RATE, SoundSource, type SoundInfo } from './sound-source.ts';
export { readWave, waveBytes } from './wave-file.ts';
export { VideoWriter, type WriteOptions, type WriteResult } from './video-writer.ts';
