// Builds @hullo/ui as ES modules that import lit and @hullo/sdk: the elements, and the components for React and Vue beside them,
// which share them. The stand-alone file is vite.standalone.config.ts. Types come from tsc.
import type { OutputChunk } from 'rolldown';
import { defineConfig } from 'vitest/config';
import { fromSource } from '../vite.shared.ts';
import { compact } from './compact.ts';

/** Frameworks that render on a server are told which module belongs to the browser. */
const banner = ({ name }: Pick<OutputChunk, 'name'>) => (name === 'react' ? "'use client';" : '');

export default defineConfig({
  resolve: fromSource,
  plugins: [compact],
  build: {
    lib: {
      entry: { index: 'src/index.ts', react: 'src/react.ts', vue: 'src/vue.ts' },
      formats: ['es'],
    },
    target: 'es2022',
    sourcemap: true,
    rolldownOptions: {
      external: [/^lit(\/|$)/, /^@lit\/(?!react)/, /^@hullo\/sdk$/, /^react(\/|$)/, 'vue'],
      output: {
        banner,
        chunkFileNames: ({ name }) => (name === 'src' ? 'elements.js' : '[name].js'),
        // What is carried along keeps its licence.
        comments: { legal: true },
      },
    },
  },
  test: { environment: 'happy-dom', include: ['{src,test}/**/*.test.{ts,tsx}'] },
});
