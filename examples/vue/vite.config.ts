// Nothing here is for Hullo: Vue's files, and the backend of the app (../backend-node) at the page's own address.
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

const backend = 'http://127.0.0.1:3000';

export default defineConfig({
  plugins: [vue()],
  server: {
    proxy: { '/login': backend, '/signup': backend, '/call-login': backend, '/room-token': backend },
  },
});
