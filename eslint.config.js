import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import importX, { createNodeResolver } from 'eslint-plugin-import-x';
import svelte from 'eslint-plugin-svelte';
import { defineConfig, globalIgnores } from 'eslint/config';
import ts from 'typescript-eslint';
import { importArrows } from './scripts/import-arrows.ts';

export default defineConfig(
  globalIgnores(['out/', 'dist/', 'src/networks/onnx/onnx_pb.ts', 'native-models/training/runs/']),
  js.configs.recommended,
  ts.configs.strictTypeChecked,
  ts.configs.stylisticTypeChecked,
  svelte.configs.recommended,
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    plugins: { 'import-x': importX },
    settings: {
      'import-x/ignore': ['/node_modules/'],
      'import-x/resolver-next': [createNodeResolver({ extensions: ['.ts', '.js', '.mjs', '.svelte'] })],
    },
    rules: {
      'max-lines': ['error', { max: 800 }],
      eqeqeq: 'error',
      'no-console': 'error',
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      'import-x/no-mutable-exports': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // It takes the type argument of a call, as in `Promise.withResolvers<void>()`, for a misuse.
      '@typescript-eslint/no-invalid-void-type': 'off',
      // A type, unlike an interface, can be given where a record is asked for.
      '@typescript-eslint/consistent-type-definitions': 'off',
      // Indexing a typed array or a tuple of known length yields `T | undefined` under noUncheckedIndexedAccess;
      // numeric loops assert what their bounds already prove.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'] } },
    // TypeScript knows the browser's globals better.
    rules: { 'no-undef': 'off' },
  },
  {
    files: ['**/*.{js,mjs}'],
    languageOptions: {
      globals: { process: 'readonly', setTimeout: 'readonly', URL: 'readonly' },
    },
  },
  importArrows(import.meta.dirname),
  {
    // Programs run by a person at a terminal.
    files: ['scripts/**', 'test/bench/**', 'native-models/training/**'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['test/**'],
    rules: {
      // Vitest's expect and mock helpers hand out unbound methods and empty callbacks by design.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      // Matchers such as expect.stringContaining() are of type any.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      // A stand-in for something asynchronous need not wait for anything.
      '@typescript-eslint/require-await': 'off',
    },
  },
  prettier,
  svelte.configs.prettier,
);
