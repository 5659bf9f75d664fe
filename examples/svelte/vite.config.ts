// Nothing here is for Hullo: Svelte's files, and the backend of the app (../backend-node) at the page's own address.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

const backend = 'http://127.0.0.1:3000';

export default defineConfig({
  plugins: [svelte()],
  server: {
    proxy: { '/login': backend, '/signup': backend, '/call-login': backend, '/room-token': backend },
  },
});
