// Builds the book into .vitepress/dist, and checks every link, picture and anchor of what was built.
// Run: npm run -s build (in docs/, after npm ci)
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build } from 'vitepress';
import { stagePages } from './book.mjs';

const here = import.meta.dirname;

stagePages();
// A dead link between pages fails the build.
await build(here);
const checker = join(here, 'node_modules/.bin/check-html-links');
const { status } = spawnSync(checker, [join(here, '.vitepress/dist')], { stdio: 'inherit' });
process.exit(status ?? 1);
