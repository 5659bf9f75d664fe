// Builds @hullo/ui as one ES module that imports lit and @hullo/sdk; types come from tsc.
import { defineConfig } from 'vitest/config';
import { fromSource } from '../vite.shared.ts';
import { compact } from './compact.ts';

export default defineConfig({
  resolve: fromSource,
  plugins: [compact],
  build: {
    lib: { entry: 'src/index.ts', formats: ['es'], fileName: 'index' },
    target: 'es2022',
    sourcemap: true,
    rolldownOptions: { external: [/^lit(\/|$)/, /^@lit\//, /^@hullo\/sdk$/] },
  },
  test: { environment: 'happy-dom', include: ['{src,test}/**/*.test.ts'] },
});
