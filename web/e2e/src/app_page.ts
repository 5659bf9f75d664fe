// A page of an app that has the SDK and nothing else: its script is what the test says, on each load of the page.
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import type { Hullo } from '@hullo/sdk';
import type { Browser, CDPSession, Page } from 'playwright-core';
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
  await eventually('the page has its client', () => look<boolean>(page, 'window.hullo !== undefined'));
}

const sessions = new WeakMap<Page, Promise<CDPSession>>();

/**
 * What an expression of the page gives. Playwright's own `evaluate` counts as a gesture of the person, and lifts the browser's
 * block of sound; this does not.
 */
export async function look<T>(page: Page, expression: string): Promise<T> {
  const session = sessions.get(page) ?? page.context().newCDPSession(page);
  sessions.set(page, session);
  const { result, exceptionDetails } = await (await session).send('Runtime.evaluate', {
    expression,
    awaitPromise: true,
    returnByValue: true,
    userGesture: false,
  });
  if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  return result.value as T;
}

/** Resolves when the page's client is in this state. */
export async function becomes(page: Page, state: string): Promise<void> {
  await eventually(`is ${state}`, async () => (await look(page, 'window.hullo.state')) === state);
}

/** Sound of this account keeps arriving: packets more than a moment ago. */
export async function hears(page: Page, accid: string): Promise<void> {
  const packets = () =>
    look<number>(
      page,
      `window.hullo.stats().then(({ remotes }) =>
        remotes.find((remote) => remote.accid === '${accid}')?.audioPacketsReceived ?? 0)`,
    );
  const before = await packets();
  await eventually(`hears ${accid}`, async () => (await packets()) > before + 5);
}
