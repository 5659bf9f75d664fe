// The quick start, followed as it stands: its files are written, its commands run, and two people call each other in
// Chromium. Only its port numbers are replaced by free ones, and its first step by what this machine has built.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { blocksOf } from './blocks.mjs';
import { launch, openPage, receives } from './browser.mjs';
import { binary, freePort, root, run, serve, stop } from './programs.mjs';

/** What each program of the page prints when it is ready. */
const READY = /hullo shows|the backend is ready|Local:/;

const folder = mkdtempSync(join(tmpdir(), 'hullo-quick-start-'));
const app = join(folder, 'my-app');
const ports = { 3000: 0, 5173: 0, 7880: 0 };
let browser;

before(async () => {
  await makeDist(join(folder, 'dist'));
  for (const port of Object.keys(ports)) ports[port] = await freePort();
  for (const block of blocksOf('quick_start.md')) await follow(block);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await stop();
  rmSync(folder, { recursive: true, force: true });
});

/** What `cargo xtask dist` makes: the program and the packages. */
async function makeDist(dist) {
  mkdirSync(dist);
  copyFileSync(binary, join(dist, 'hullo'));
  for (const name of ['sdk', 'ui'])
    await run(`npm pack --silent --pack-destination ${dist}`, { cwd: join(root, 'web', name) });
}

async function follow({ file, does, code }) {
  const text = code.replace(/\b(3000|5173|7880)\b/g, (port) => ports[port]);
  const env = {
    HULLO: join(folder, 'dist'),
    HULLO_LISTEN: `127.0.0.1:${ports[7880]}`,
    HULLO_OPS_LISTEN: '127.0.0.1:0',
    HULLO_MEDIA_PORT: String(ports[7880]),
    npm_config_fund: 'false',
    npm_config_audit: 'false',
  };
  if (file) writeFileSync(join(app, file), text);
  else if (does === 'run') await run(text, { cwd: text.startsWith('mkdir') ? folder : app, env });
  else if (does === 'serve')
    await serve(text.replace('npx vite', `npx vite --port ${ports[5173]}`), { cwd: app, env, ready: READY });
}

function open(user) {
  return openPage(browser, `http://localhost:${ports[5173]}/?user=${user}`);
}

async function signedIn({ page }, user) {
  await page.getByText(`You are ${user}.`).waitFor();
}

test('two people who follow the page see and hear each other', async () => {
  const alice = await open('alice');
  const bob = await open('bob');
  await Promise.all([signedIn(alice, 'alice'), signedIn(bob, 'bob')]);
  await alice.page.locator('#whom').fill('bob');
  await alice.page.locator('#call').click();
  await bob.page.getByTestId('hullo-accept').click();
  await Promise.all([receives(alice.page), receives(bob.page)]);
  await bob.page.getByTestId('hullo-hangup').click();
  await alice.page.getByTestId('hullo-hangup').waitFor({ state: 'detached' });
  assert.deepEqual([...alice.faults, ...bob.faults], []);
});

test('a name that nobody has is said on the screen, and is no exception', async () => {
  const { page, faults } = await open('carol');
  await signedIn({ page }, 'carol');
  await page.locator('#whom').fill('nobody');
  await page.locator('#call').click();
  await page.getByText('This account doesn’t exist.').waitFor();
  assert.deepEqual(faults, []);
});

test('the Chinese page has the same code', () => {
  assert.deepEqual(blocksOf('quick_start.zh-CN.md'), blocksOf('quick_start.md'));
});
