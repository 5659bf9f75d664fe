// Takes the pictures of the call screens that the pages show, from the gallery of @hullo/ui, into images/screens.
// Run: npm run -s pictures (in docs/), after `npm ci` in web/.
import { mkdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { launch } from './test/browser.mjs';

const ui = resolve(import.meta.dirname, '../web/ui');
const target = join(import.meta.dirname, 'images/screens');

/** Each picture: its file, the state of the gallery, and what an app might set. */
const pictures = [
  { file: 'incoming-video', state: 'incoming-video' },
  { file: 'video', state: 'video' },
  { file: 'voice', state: 'voice' },
  { file: 'group-4', state: 'group-4' },
  { file: 'small', state: 'small-video' },
  { file: 'banner', state: 'banner-voice' },
  { file: 'own-slots', state: 'own-logo-details' },
  {
    file: 'own-colours',
    state: 'incoming-voice',
    style:
      'hullo-call { --hullo-accept: #0a7d8c; --hullo-danger: #8c2f39; --hullo-accent: #0a7d8c; --hullo-font: Georgia, serif; }',
  },
];

const { createServer } = await import(
  pathToFileURL(createRequire(join(ui, 'package.json')).resolve('vite')).href
);
const gallery = await createServer({
  configFile: join(ui, 'gallery/vite.config.ts'),
  logLevel: 'error',
  server: { hmr: false, watch: null, port: 0 },
});
await gallery.listen();
const browser = await launch('--autoplay-policy=no-user-gesture-required');
await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });
const page = await browser.newPage({ viewport: { width: 800, height: 500 } });
page.on('pageerror', (error) => {
  throw error;
});
for (const { file, state, style } of pictures) {
  await page.goto(`${gallery.resolvedUrls.local[0]}?state=${state}&theme=light&lang=en`);
  if (style) await page.addStyleTag({ content: style });
  await page.getByTestId('hullo-surface').waitFor();
  await page.waitForFunction(isSettled, undefined, { timeout: 60_000 });
  await page.screenshot({ path: join(target, `${file}.png`) });
}
await browser.close();
await gallery.close();
console.log(`${pictures.length} pictures in ${target}`);

/** Pictures have come, and entrances are over. Runs in the page. */
function isSettled() {
  const roots = [document];
  for (const root of roots)
    for (const element of root.querySelectorAll('*')) if (element.shadowRoot) roots.push(element.shadowRoot);
  const moving = roots.flatMap((root) => root.getAnimations());
  const isOver = ({ effect, playState }) =>
    playState === 'finished' || effect.getComputedTiming().iterations === Number.POSITIVE_INFINITY;
  const videos = roots.flatMap((root) => [...root.querySelectorAll('video')]);
  return moving.every(isOver) && videos.every((video) => !video.srcObject || video.videoWidth > 0);
}
