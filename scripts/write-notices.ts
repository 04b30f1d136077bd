/** `npm run notices`: writes resources/THIRD-PARTY-NOTICES.txt. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderNotices } from './notices.ts';

const root = join(import.meta.dirname, '..');
const path = join(root, 'resources', 'THIRD-PARTY-NOTICES.txt');
writeFileSync(path, `${renderNotices(root)}\n`);
console.log(`wrote ${path}`);
