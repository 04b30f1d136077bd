import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { cacheFailure } from '../../../src/main/cache/cache-failure.ts';

const failure = (code: string) => Object.assign(new Error('it failed'), { code });

/** A file system that never has a byte free. */
const FULL_DISK = '/proc';

describe('a failure of the frame cache', () => {
  it.each(['ENOSPC', 'EDQUOT', 'SQLITE_FULL'])('called %s is a full disk', (code) => {
    expect(cacheFailure(tmpdir(), failure(code))).toMatchObject({ code: 'disk-full' });
  });

  it.skipIf(process.platform !== 'linux').each(['SQLITE_IOERR_SHMSIZE', 'SQLITE_CANTOPEN'])(
    'called %s is a full disk where nothing is free, and else tells its reason',
    (code) => {
      expect(cacheFailure(FULL_DISK, failure(code))).toMatchObject({ code: 'disk-full' });
      const elsewhere = cacheFailure(tmpdir(), failure(code));
      expect(elsewhere).toMatchObject({ code: 'output-unwritable' });
      expect(elsewhere.message).toContain('it failed');
    },
  );

  it('of another kind is told as it is on a full disk too', () => {
    expect(cacheFailure(FULL_DISK, failure('SQLITE_CORRUPT'))).toMatchObject({ code: 'output-unwritable' });
  });
});
