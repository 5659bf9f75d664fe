// Everything in one file, for a page with one <script type="module"> and no bundler: SDK, screens, Lit and the WebAssembly module.
export * from '@hullo/sdk';
// Both packages have these; they are the same thing, or the screens' is the wider one.
export type { Language, Person } from './index.ts';
export * from './index.ts';
