import { readdirSync, readFileSync } from 'node:fs';
import os from 'node:os';

const LINUX_CPUS = '/sys/devices/system/cpu';

/**
 * Number of threads that convolutions profit from: one per physical core, never more than this process may use.
 * Two hardware threads of one core share its multipliers, so counting them only adds switching.
 */
export function physicalCoreCount(): number {
  const allowed = os.availableParallelism();
  const siblings = process.platform === 'linux' ? linuxSiblingLists() : [];
  return coresFromSiblings(siblings, allowed);
}

/**
 * Cores among logical processors that each name the processors they share a core with ("0,4" twice is one core).
 * `allowed` bounds the result and is the answer when the system tells nothing.
 */
export function coresFromSiblings(siblings: readonly string[], allowed: number): number {
  const cores = new Set(siblings).size;
  return Math.max(1, cores === 0 ? allowed : Math.min(cores, allowed));
}

/** Name of the processor as the system gives it. */
export function cpuName(): string {
  const model = os
    .cpus()[0]
    ?.model.replaceAll(/\((R|TM)\)/gi, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
  const threads = physicalCoreCount();
  return `${model === undefined || model === '' ? os.arch() : model} (${threads} ${threads === 1 ? 'core' : 'cores'})`;
}

function linuxSiblingLists(): string[] {
  try {
    return readdirSync(LINUX_CPUS)
      .filter((entry) => /^cpu\d+$/.test(entry))
      .map((entry) => readFileSync(`${LINUX_CPUS}/${entry}/topology/thread_siblings_list`, 'utf8').trim());
  } catch {
    return [];
  }
}
