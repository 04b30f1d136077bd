/**
 * Gives a plain Node process the `process.parentPort` of one that Electron started, over its IPC channel, and takes
 * the channel itself away, so that nothing can lean on it.
 */
import { EventEmitter } from 'node:events';

const events = new EventEmitter();
const send = process.send?.bind(process);
process.on('message', (data) => events.emit('message', { data }));
Object.assign(process, {
  parentPort: Object.assign(events, { postMessage: (message: unknown) => send?.(message) }),
  send: undefined,
});
