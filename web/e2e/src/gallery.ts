// The gallery of the call screens, built and served as files: every state of them without a server or a call.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { build, type PreviewServer, preview } from 'vite';

const configFile = path.resolve(import.meta.dirname, '../../ui/gallery/vite.config.ts');

/** How the gallery is looked at. */
export interface Look {
  readonly theme: 'light' | 'dark';
  readonly viewport: { readonly width: number; readonly height: number };
  readonly lang?: 'en' | 'zh';
  readonly dir?: 'ltr' | 'rtl';
}

/** A gallery that is served until it is closed. */
export class Gallery {
  private constructor(
    private readonly folder: string,
    private readonly server: PreviewServer,
    private readonly address: string,
  ) {}

  static async open(): Promise<Gallery> {
    const folder = await mkdtemp(path.join(tmpdir(), 'hullo-gallery-'));
    const config = { configFile, logLevel: 'error' as const, build: { outDir: folder, emptyOutDir: true } };
    await build(config);
    const server = await preview({ ...config, preview: { host: '127.0.0.1', port: 0 } });
    const [address] = server.resolvedUrls?.local ?? [];
    if (!address) throw new Error('the gallery has no address');
    return new Gallery(folder, server, address);
  }

  async close(): Promise<void> {
    await this.server.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** The names of all states. */
  async states(page: Page): Promise<string[]> {
    await page.goto(this.address);
    return page.locator('nav a').allTextContents();
  }

  /** Shows a state, and resolves when nothing in it moves any more. */
  async show(page: Page, state: string, { theme, lang = 'en', dir = 'ltr' }: Look): Promise<void> {
    const query = new URLSearchParams({ state, theme, lang, dir });
    await page.goto(`${this.address}?${query}`);
    await page.waitForFunction(isSettled);
  }
}

/** What was asked for is shown, and entrances are over. Runs in the page. */
function isSettled(): boolean {
  const named = new URLSearchParams(location.search).get('state') ?? '';
  const { shown } = document.documentElement.dataset;
  if (shown !== named) return false;
  const roots: (Document | ShadowRoot)[] = [document];
  for (const root of roots) {
    for (const element of root.querySelectorAll('*')) if (element.shadowRoot) roots.push(element.shadowRoot);
  }
  return roots
    .flatMap((root) => root.getAnimations())
    .every(
      ({ effect, playState }) =>
        playState === 'finished' || effect?.getComputedTiming().iterations === Number.POSITIVE_INFINITY,
    );
}
