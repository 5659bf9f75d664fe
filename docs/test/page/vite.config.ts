// Builds the page from the sources of SDK and UI into the folder that the environment names.
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const web = fileURLToPath(new URL('../../../web', import.meta.url));

export default {
  root: fileURLToPath(new URL('.', import.meta.url)),
  resolve: {
    alias: { '@hullo/sdk': resolve(web, 'sdk/src/index.ts'), '@hullo/ui': resolve(web, 'ui/src/index.ts') },
  },
  build: { target: 'es2022', outDir: process.env.PAGE_FOLDER, emptyOutDir: true },
};
