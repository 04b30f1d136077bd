import type * as electron from 'electron';

/** The module `electron`, handed to what uses it so that tests can hand in another. */
export type Electron = typeof electron;
