// Nothing here is for Hullo: JSX, and the backend of the app (../backend-node) at the page's own address.
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const backend = 'http://127.0.0.1:3000';

export default defineConfig({
  plugins: [react()],
  server: {
    proxy: { '/login': backend, '/signup': backend, '/call-login': backend, '/room-token': backend },
  },
});
