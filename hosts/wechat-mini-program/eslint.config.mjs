import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

export default defineConfig(
  { ignores: ['.build/', 'node_modules/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { project: ['./tsconfig.json', './tests/tsconfig.json'], tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/dot-notation': 'off',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      // What a page's data may become is more than what they begin as.
      '@typescript-eslint/no-unnecessary-type-assertion': [
        'error',
        { typesToIgnore: ['Screen', 'Way', 'Scan', 'Card | null'] },
      ],
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    // Rules are pure: what they need of WeChat is handed to them.
    files: ['miniprogram/lib/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', 'wx', 'App', 'Page', 'Component', 'getApp', 'getCurrentPages'],
      'no-restricted-imports': ['error', { patterns: ['**/wechat', '**/host', '**/config'] }],
    },
  },
  {
    files: ['miniprogram/pages/**/*.ts', 'miniprogram/app.ts', 'miniprogram/components/**/*.ts'],
    rules: { 'no-restricted-globals': ['error', 'wx'] },
  },
  {
    files: ['tests/**/*.ts'],
    rules: {
      '@typescript-eslint/no-floating-promises': [
        'error',
        { allowForKnownSafeCalls: [{ from: 'package', name: 'test', package: 'node:test' }] },
      ],
    },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly' } },
    rules: { 'no-console': 'off' },
  },
);
