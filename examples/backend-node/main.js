// Runs the backend with what the environment says: HULLO_APP_KEY, HULLO_APP_SECRET, and where they differ from what is
// here, HULLO_SERVER, HULLO_PUBLIC_SERVER, PORT.
import { createBackend } from './backend.js';
import { HulloApp } from './hullo.js';

const {
  HULLO_APP_KEY: key,
  HULLO_APP_SECRET: secret,
  HULLO_SERVER: server = 'http://127.0.0.1:7880',
} = process.env;
const { HULLO_PUBLIC_SERVER: publicServer = server, PORT: port = '3000' } = process.env;
if (!key || !secret) {
  console.error(
    'set HULLO_APP_KEY and HULLO_APP_SECRET to what `hullo app create --name "My app"` has printed',
  );
  process.exit(1);
}
const backend = createBackend({ app: new HulloApp({ server, key, secret }), publicServer });
backend.listen(Number(port), '127.0.0.1', () =>
  console.log(`the backend listens on http://127.0.0.1:${port}`),
);
