import { defineConfig } from 'electron-vite';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Plugin } from 'vite';

/**
 * Builds what the sources start as a process or a worker of its own: `new URL('./name.ts', import.meta.url)` becomes
 * the address of the built file.
 */
function siblingPrograms(): Plugin {
  const reference = /new URL\('(\.{1,2}\/[\w./-]+\.ts)', import\.meta\.url\)/g;
  return {
    name: 'acutance:sibling-programs',
    transform(code, id) {
      if (!id.endsWith('.ts') || !code.includes('import.meta.url')) return null;
      return code.replaceAll(reference, (_match, path: string) => {
        const file = fileURLToPath(new URL(path, pathToFileURL(id)));
        const chunk = this.emitFile({ type: 'chunk', id: file });
        return `new URL(import.meta.ROLLUP_FILE_URL_${chunk})`;
      });
    },
  };
}

export default defineConfig({
  main: {
    plugins: [siblingPrograms()],
    build: {
      outDir: 'out/main',
      // Packages stay packages: the native ones cannot be bundled, and the others gain nothing by it.
      externalizeDeps: true,
      rolldownOptions: {
        input: { cli: 'src/main/hosts/cli.ts', engine: 'src/main/render/engine-process.ts' },
        // One folder: a built file finds its siblings next to itself.
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  },
});
