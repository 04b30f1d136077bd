/** What the programs that run at once have in common. */
export const ROUNDS = 50;
export const SHARED = '0'.repeat(32);
