// Headless Chromium with synthetic camera and microphone.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from './programs.mjs';

const { chromium } = createRequire(join(root, 'web/e2e/package.json'))('playwright-core');

/** A browser; `flags` beside the usual ones. */
export function launch(...flags) {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--disable-quic',
      '--mute-audio',
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream=device-count=2,fps=15',
      '--allow-loopback-in-peer-connection',
      ...flags,
    ],
  });
}

/** A page that counts what arrives at its connections; its own errors are collected in `faults`. */
export async function openPage(browser, address, options = {}) {
  const context = await browser.newContext({ locale: 'en-US', ...options });
  const page = await context.newPage();
  const faults = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  await page.addInitScript(keepConnections);
  await page.goto(address);
  return { page, faults };
}

/** Resolves when more pictures and sound arrive at the page. */
export async function receives(page) {
  const before = await page.evaluate(() => window.received());
  await page.waitForFunction(
    async ({ frames, packets }) => {
      const now = await window.received();
      return now.frames > frames + 5 && now.packets > packets + 5;
    },
    before,
    { timeout: 30_000, polling: 200 },
  );
}

/** Runs in the page before its scripts. */
function keepConnections() {
  const made = [];
  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Native {
    constructor(...options) {
      super(...options);
      made.push(this);
    }
  };
  window.received = async () => {
    let frames = 0;
    let packets = 0;
    for (const connection of made) {
      for (const report of (await connection.getStats()).values()) {
        if (report.type !== 'inbound-rtp') continue;
        frames += report.framesDecoded ?? 0;
        if (report.kind === 'audio') packets += report.packetsReceived ?? 0;
      }
    }
    return { frames, packets };
  };
}
