// Takes a picture of every state of the gallery, on a phone and a desktop, light and dark, in English and Chinese, into
// /screenshots at the root of the repository. `npm run gallery:shots -- video` takes those whose file name has "video".
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { createServer } from 'vite';

const here = import.meta.dirname;
const target = path.resolve(here, '../../../screenshots');
const sizes = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 800 } };
const wanted = process.argv.slice(2);
/** Hebrew stands for every language that runs from right to left. */
const languages = ['en', 'zh', 'he'];

// Deaf to changes of the sources: a page that reloads while its picture is taken is of no use.
const server = await createServer({
  configFile: path.join(here, 'vite.config.ts'),
  logLevel: 'error',
  server: { hmr: false, watch: null },
});
await server.listen();
const address = server.resolvedUrls?.local[0];
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--mute-audio',
    '--disable-dev-shm-usage',
    '--autoplay-policy=no-user-gesture-required',
  ],
});
await mkdir(target, { recursive: true });

let taken = 0;
for (const [size, viewport] of Object.entries(sizes)) {
  const page = await browser.newPage({ viewport, deviceScaleFactor: size === 'phone' ? 2 : 1 });
  page.on('pageerror', (error) => console.error(error.message));
  await page.goto(address);
  const states = await page.locator('nav a').allTextContents();
  for (const state of states) {
    for (const theme of ['light', 'dark']) {
      for (const lang of languages) {
        const name = `${state}.${size}.${theme}.${lang}`;
        if (wanted.length > 0 && !wanted.some((part) => name.includes(part))) continue;
        await page.goto(`${address}?state=${state}&theme=${theme}&lang=${lang}`);
        await page.waitForFunction(settled, undefined, { timeout: 60_000 });
        await page.screenshot({ path: path.join(target, `${name}.png`) });
        taken += 1;
      }
    }
  }
  await page.close();
}
await browser.close();
await server.close();
console.log(`${taken} pictures in ${target}`);

/** Pictures have come, and entrances are over. Runs in the page. */
function settled() {
  const roots = [document];
  for (const root of roots) {
    for (const element of root.querySelectorAll('*')) if (element.shadowRoot) roots.push(element.shadowRoot);
  }
  // A tile on its way out is shown before it is gone.
  const moving = roots
    .flatMap((root) => root.getAnimations())
    .filter(({ animationName }) => animationName !== 'vanish');
  const videos = roots.flatMap((root) => [...root.querySelectorAll('video')]);
  const { shown } = document.documentElement.dataset;
  const named = new URLSearchParams(location.search).get('state') ?? '';
  return (
    shown === named &&
    moving.every(
      ({ effect, playState }) =>
        playState === 'finished' || effect.getComputedTiming().iterations === Infinity,
    ) &&
    videos.every((video) => !video.srcObject || video.videoWidth > 0)
  );
}
