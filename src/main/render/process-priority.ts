import { constants, getPriority, setPriority } from 'node:os';

/**
 * Puts a process behind this one, as far as the system allows it. Threads that it starts later take the priority over,
 * those that it has already keep theirs.
 *
 * @param steps - "nice" values, up to 19.
 */
export function putBehind(pid: number, steps: number): void {
  try {
    setPriority(pid, Math.min(constants.priority.PRIORITY_LOW, getPriority() + steps));
  } catch {
    // It has just ended, or the system does not allow it: then it is not behind.
  }
}
