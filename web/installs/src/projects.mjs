// The fresh projects: what each is made from, and with which versions. `npm run locks -w installs` pins them in locks/.

/** The ten lines, and nothing of a framework. */
const VANILLA = 'web/installs/projects/vanilla';

/**
 * By name: the folder whose files it has, and what it depends on instead of, or beside, what that folder's package.json says
 * (`false`: not at all).
 */
export const projects = {
  'vite5-react18': {
    from: 'examples/react',
    with: {
      vite: '5.4.21',
      '@vitejs/plugin-react': '4.7.0',
      react: '18.3.1',
      'react-dom': '18.3.1',
      '@types/react': '18.3.32',
      '@types/react-dom': '18.3.7',
      // The oldest that our types are good for.
      typescript: '5.0.4',
    },
  },
  'vite6-vue': { from: 'examples/vue', with: { vite: '6.4.6' } },
  vite7: { from: VANILLA, with: { vite: '7.3.8' } },
  'vite8-react19': { from: 'examples/react', with: {} },
  'vite8-svelte': { from: 'examples/svelte', with: {} },
  webpack5: { from: VANILLA, with: { webpack: '5.113.0', 'webpack-cli': '6.0.1' } },
  esbuild: { from: VANILLA, with: { esbuild: '0.28.2' } },
  rollup: { from: VANILLA, with: { rollup: '4.68.8', '@rollup/plugin-node-resolve': '16.0.3' } },
  next: { from: 'web/installs/projects/next', with: {} },
};
