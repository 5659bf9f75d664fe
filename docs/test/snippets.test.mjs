// The TypeScript of the pages compiles against the SDK and the UI as they are.
import { test } from 'node:test';
import { root, run } from './programs.mjs';

test('the TypeScript of all pages compiles', () => run('node docs/snippets/compile.mjs', { cwd: root }));
