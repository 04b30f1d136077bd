import { EngineClient } from '../../../src/main/render/engine-client.ts';
import { FrameService } from '../../../src/main/render/frame-service.ts';

/** A program that gets a frame, prints its width and goes on for ever; tests kill it. */

const service = new FrameService(new EngineClient());
const { width } = await service.frame(process.argv[2] ?? '', 0, { format: 'raw' });
process.stdout.write(`${width}\n`);
setInterval(() => undefined, 60_000);
