// A page of an app that has the SDK and nothing else: its script is what the test says, on each load of the page.
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import type { Hullo } from '@hullo/sdk';
import type { Browser, Page } from 'playwright-core';
import { eventually } from './eventually.ts';
import type { Server } from './server.ts';

/** What the script of the page is given. */
export interface Kit {
  readonly Hullo: typeof Hullo;
  /** Whose page it is. */
  readonly accid: string;
  /** Signs a client in with a token from the demo's backend. */
  signIn(client: Hullo, accid: string): Promise<void>;
}

declare global {
  interface Window {
    kit: Kit;
  }
}

/** The script of a page. Runs in the page on each load, with nothing of the test around it; resolves with the client to look at. */
export type App = (kit: Kit) => Promise<Hullo>;

const SDK = join(import.meta.dirname, '../../sdk');
const TYPES: Record<string, string> = {
  '.js': 'text/javascript',
  '.wasm': 'application/wasm',
  '.map': 'application/json',
};

const HTML = `<!doctype html><title>app</title><script type="module">
import { Hullo } from './sdk/dist/index.js';
const signIn = async (client, accid) => {
  const login = await (await fetch('/demo/session.json?accid=' + accid)).json();
  await client.login(login.accid, login.token);
};
window.kit = { Hullo, signIn, accid: new URLSearchParams(location.search).get('as') };
window.hullo = await window.app(window.kit);
</script>`;

export interface AppOptions {
  /** Whose page it is. */
  as?: string;
  /** Scripts that it runs before all others. */
  before?: string[];
}

/** Opens the page in a tab of its own. */
export async function openApp(
  browser: Browser,
  server: Server,
  app: App,
  { as = '', before = [] }: AppOptions = {},
): Promise<Page> {
  // A page that the test serves counts as one from the Internet.
  const context = await browser.newContext({ permissions: ['local-network-access'] });
  await context.route(`${server.url}/app/**`, async (route) => {
    const path = normalize(new URL(route.request().url()).pathname).replace('/app/', '');
    if (path === '') return route.fulfill({ contentType: 'text/html', body: HTML });
    const body = await readFile(join(SDK, path.replace('sdk/', '')));
    return route.fulfill({ contentType: TYPES[extname(path)] ?? 'text/plain', body });
  });
  const page = await context.newPage();
  page.on('pageerror', (error) => console.error(`the page: ${error.message}`));
  for (const script of before) await page.addInitScript(script);
  // Vitest's transformer may name functions in a way that pages do not know.
  await page.addInitScript(`globalThis.__name ??= (f) => f; window.app = ${app};`);
  await page.goto(`${server.url}/app/?as=${as}`);
  await ready(page);
  return page;
}

/** Loads the page again, as the person does. */
export async function reload(page: Page): Promise<void> {
  await page.reload();
  await ready(page);
}

async function ready(page: Page): Promise<void> {
  await eventually('the page has its client', () => page.evaluate(() => window.hullo !== undefined));
}

/** Resolves when the page's client is in this state. */
export async function becomes(page: Page, state: string): Promise<void> {
  await eventually(`is ${state}`, async () => (await page.evaluate(() => window.hullo.state)) === state);
}

/** Sound of this account keeps arriving: packets more than a moment ago. */
export async function hears(page: Page, accid: string): Promise<void> {
  const packets = () =>
    page.evaluate(async (of) => {
      const { remotes } = await window.hullo.stats();
      return remotes.find((remote) => remote.accid === of)?.audioPacketsReceived ?? 0;
    }, accid);
  const before = await packets();
  await eventually(`hears ${accid}`, async () => (await packets()) > before + 5);
}
