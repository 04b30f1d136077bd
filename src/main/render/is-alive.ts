/** Whether a process of this number runs. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    // EPERM: there is such a process, of another user.
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM';
  }
}
