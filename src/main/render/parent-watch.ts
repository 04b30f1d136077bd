import { rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { parentPort } from 'node:worker_threads';

/**
 * The engine's second thread: ends the process when the one that started it is gone. The caller holds the other end
 * of standard input and never writes to it, so its end means that the caller has ended, however it came about.
 */

const temporaries = new Set<string>();
parentPort?.on('message', (path: string) => temporaries.add(path));

const caller = new Socket({ fd: 0, readable: true, writable: false });
caller.on('error', () => undefined);
caller.on('close', () => {
  for (const path of temporaries) {
    try {
      rmSync(path, { recursive: true, force: true });
    } catch {
      // Ending matters more than tidiness, and there is nobody left to tell.
    }
  }
  // process.exit() would wait for native calls on the main thread.
  process.kill(process.pid, 'SIGKILL');
});
caller.resume();
