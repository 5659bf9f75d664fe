// Someone at the page of a fresh project. The backend of the app is answered for here, with the logins of the real server's demo.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page, WebSocket } from 'playwright-core';
import { eventually } from '../../e2e/src/eventually.ts';
import type { Server } from '../../e2e/src/server.ts';

/** What a script contains that carries the WebAssembly module. */
const MODULE =
  /'(.{64})/.exec(
    readFileSync(join(import.meta.dirname, '../../sdk/wasm/hullo_wasm_inline.js'), 'utf8'),
  )?.[1] ?? '';

/** Lit says so in every development build of everyone. */
const LIT_IN_DEVELOPMENT = /^Lit is in dev mode/;

export class Visitor {
  /** Connections to the server that were opened. */
  readonly sockets: WebSocket[] = [];
  /** What the page has complained of. */
  readonly complaints: string[] = [];
  readonly #scripts: Promise<string>[] = [];
  readonly #addresses: string[] = [];

  private constructor(
    readonly accid: string,
    readonly page: Page,
    private readonly context: BrowserContext,
  ) {}

  /** Opens `url` as someone whom the backend knows as `accid`. */
  static async open(browser: Browser, server: Server, url: string, accid: string): Promise<Visitor> {
    const context = await browser.newContext({ locale: 'en-US' });
    const page = await context.newPage();
    const visitor = new Visitor(accid, page, context);
    await context.route('**/call-login', async (route) => {
      const { app_key, token } = await (await fetch(`${server.url}/demo/session.json?accid=${accid}`)).json();
      await route.fulfill({ json: { appKey: app_key, server: server.url, accid, token } });
    });
    page.on('websocket', (socket) => {
      if (socket.url().endsWith('/v1/ws')) visitor.sockets.push(socket);
    });
    page.on('pageerror', (error) => visitor.complaints.push(error.message));
    page.on('console', (message) => {
      const isComplaint =
        ['error', 'warning'].includes(message.type()) && !LIT_IN_DEVELOPMENT.test(message.text());
      if (isComplaint) visitor.complaints.push(message.text());
    });
    page.on('response', (response) => {
      visitor.#addresses.push(response.url());
      if (response.request().resourceType() === 'script')
        visitor.#scripts.push(response.text().catch(() => ''));
    });
    await page.goto(url);
    return visitor;
  }

  /** The page says who is signed in. */
  async signedIn(): Promise<void> {
    const name = `${this.accid.slice(0, 1).toUpperCase()}${this.accid.slice(1)}`;
    try {
      await this.reads(`You are ${name}`);
    } catch (error) {
      throw new Error(`${this.accid} is not signed in: ${this.complaints.join('\n')}\n${String(error)}`);
    }
  }

  /** The page's heading says this, behind whatever screen is over it. */
  async reads(heading: string): Promise<void> {
    await this.page.locator('h1', { hasText: heading }).waitFor({ timeout: 20_000 });
  }

  /** How many scripts with the module, and how many files of WebAssembly, have come. */
  async downloads(): Promise<{ inScripts: number; files: number }> {
    const scripts = await Promise.all(this.#scripts);
    return {
      inScripts: scripts.filter((text) => text.includes(MODULE)).length,
      files: this.#addresses.filter((url) => new URL(url).pathname.endsWith('.wasm')).length,
    };
  }

  async press(testId: string): Promise<void> {
    await this.page.getByTestId(testId).click();
  }

  /** A moving picture of the other one is on the screen. */
  async seesTheOther(): Promise<void> {
    const video = this.page.getByTestId('hullo-remote-video');
    const frames = () =>
      video.evaluate((element) => {
        const inner = element instanceof HTMLVideoElement ? element : element.querySelector('video');
        return inner?.getVideoPlaybackQuality().totalVideoFrames ?? 0;
      });
    const before = await eventually('the picture of the other one', async () => (await frames()) + 1);
    await eventually(`${this.accid} sees the other one move`, async () => (await frames()) > before + 10);
  }

  async close(): Promise<void> {
    await this.context.close();
  }
}
