// What every Vite build and test run in this folder shares: the packages of the workspace resolve to
// their sources, so that no build has to run before a test, a type check or the demo.
import { defaultClientConditions } from 'vite';

/** Resolve conditions that prefer `@hullo/source` (`src/index.ts`) over a built `dist`. */
export const fromSource = { conditions: ['@hullo/source', ...defaultClientConditions] };
