import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');

interface LockedPackage {
  readonly hasInstallScript?: boolean;
  readonly optional?: boolean;
  readonly os?: string | readonly string[];
  readonly version: string;
}

const manifest = readJson('package.json') as {
  optionalDependencies: Record<string, string>;
  allowScripts: Record<string, boolean>;
};
const lock = readJson('package-lock.json') as { packages: Record<string, LockedPackage> };

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
}

describe('the package', () => {
  it('runs no install script: those of its dependencies are known and refused', () => {
    const withScript = Object.entries(lock.packages)
      .filter(([, entry]) => entry.hasInstallScript === true)
      .map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
    const refused = Object.keys(manifest.allowScripts).filter(
      (name) => manifest.allowScripts[name] === false,
    );
    expect(withScript.filter((name) => !refused.includes(name))).toEqual([]);
    expect(readFileSync(join(ROOT, '.npmrc'), 'utf8')).toMatch(/^ignore-scripts=true$/m);
  });

  it('locks a Node for every platform, in the version it asks for', () => {
    const names = Object.keys(manifest.optionalDependencies).filter((name) => name.startsWith('node-'));
    expect(names).toHaveLength(6);
    for (const name of names) {
      const entry = lock.packages[`node_modules/${name}`];
      expect(entry, name).toMatchObject({ optional: true, version: manifest.optionalDependencies[name] });
      expect(entry?.os, name).toBeDefined();
    }
  });

  it('has every part of `npm run check` in the automatic check too', () => {
    const { scripts } = manifest as unknown as { scripts: Record<string, string> };
    const steps = scripts['check']!.split(' && ').map((step) => step.replace(/^npm (?:run )?/, ''));
    const automatic = readFileSync(join(ROOT, '.ci/run'), 'utf8');
    for (const step of steps) expect(automatic).toContain(step);
  });
});
