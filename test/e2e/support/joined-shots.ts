import { join } from 'node:path';
import { ffmpeg } from '../../fixtures/witness.ts';

const STREAM = join(import.meta.dirname, '../../fixtures/media/stream.mp4');
const SAMPLE = join(import.meta.dirname, '../../../resources/sample.mp4');
const TAKES = [SAMPLE, STREAM, SAMPLE] as const;

/** Makes a clip of three shots from two takes, so many frames each: the cuts are between them. Needs ffmpeg. */
export function joinShots(path: string, frames: readonly [number, number, number]): void {
  const chains = frames.map(
    (count, index) =>
      `[${index}:v]scale=640:360,setsar=1,format=yuv420p,trim=end_frame=${count},setpts=N/(25*TB),fps=25[s${index}]`,
  );
  const labels = frames.map((_, index) => `[s${index}]`).join('');
  const graph = `${chains.join(';')};${labels}concat=n=${frames.length}[out]`;
  const inputs = TAKES.flatMap((take) => ['-i', take]);
  ffmpeg(...inputs, '-filter_complex', graph, '-map', '[out]', '-c:v', 'libx264', '-g', '12', path);
}
