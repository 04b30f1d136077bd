import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type UserConfig } from 'electron-vite';
import { basename } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Plugin } from 'vite';

/**
 * Builds what the sources start as a process or a worker of its own: `new URL('./name.ts', import.meta.url)` becomes
 * the address of the built file.
 */
function siblingPrograms(): Plugin {
  const files = new Map<string, string>();
  const reference = /new URL\('(\.{1,2}\/[\w./-]+\.ts)', import\.meta\.url\)/g;
  return {
    name: 'acutance:sibling-programs',
    // Before TypeScript is stripped, so that the code is as written.
    enforce: 'pre',
    transform(code, id) {
      if (!id.endsWith('.ts') || !code.includes('import.meta.url')) return null;
      return code.replaceAll(reference, (_match, path: string) => {
        const file = fileURLToPath(new URL(path, pathToFileURL(id)));
        const fileName = `${basename(file, '.ts')}.js`;
        const other = files.get(fileName);
        if (other !== undefined && other !== file)
          this.error(`${file} and ${other} would be one ${fileName}.`);
        if (other === undefined) this.emitFile({ type: 'chunk', id: file, fileName });
        files.set(fileName, file);
        return `new URL('./${fileName}', import.meta.url)`;
      });
    },
  };
}

/** `page` where nothing else is wanted: a checkout runs the programs from their sources. */
const only = process.env['ACUTANCE_BUILD'];

const programs: UserConfig = {
  main: {
    plugins: [siblingPrograms()],
    build: {
      outDir: 'out/main',
      // Packages stay packages: the native ones cannot be bundled, and the others gain nothing by it.
      externalizeDeps: true,
      rolldownOptions: {
        input: { cli: 'src/main/hosts/cli.ts', electron: 'src/main/hosts/electron.ts' },
        // One folder: a built file finds its siblings next to itself.
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  },
};

const page: UserConfig = {
  preload: {
    build: {
      outDir: 'out/preload',
      // A sandboxed preload script is one file, with nothing but `electron` to be required from it.
      externalizeDeps: false,
      rolldownOptions: {
        input: { bridge: 'src/preload/bridge.ts' },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'src/renderer',
    plugins: [svelte()],
    build: {
      outDir: 'out/renderer',
      rolldownOptions: { input: 'src/renderer/index.html' },
      minify: true,
      // It opens in the user's own browser too, not only in Electron's.
      target: 'es2023',
      // Everything is a file of its own: the page's policy allows no inline data.
      assetsInlineLimit: 0,
    },
    worker: { format: 'es' },
  },
};

export default defineConfig(only === 'page' ? page : { ...programs, ...page });
