import { FormatContext, IOContext, type Stream } from 'node-av/lib';

/** Bytes of the buffer that FFmpeg collects before it hands them on. */
const BUFFER_BYTES = 4096;

/**
 * Whether a container can hold a stream, found out by writing the header of a file with that stream alone into
 * nothing. FFmpeg's muxers decide this in their own code, so asking them is the only answer that is always right.
 */
export async function containerHolds(container: string, stream: Stream): Promise<boolean> {
  const trial = new FormatContext();
  if (trial.allocOutputContext2(null, container, null) < 0) return false;
  const sink = new IOContext();
  sink.allocContextWithCallbacks(
    BUFFER_BYTES,
    1,
    null,
    (bytes) => bytes.length,
    (offset) => offset,
  );
  try {
    trial.pb = sink;
    const copy = trial.newStream(null);
    stream.codecpar.copy(copy.codecpar);
    copy.codecpar.codecTag = 0;
    copy.timeBase = stream.timeBase;
    return (await trial.writeHeader(null)) >= 0;
  } finally {
    trial.pb = null;
    trial.freeContext();
    sink.freeContext();
  }
}
