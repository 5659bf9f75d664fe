// Headless Firefox with synthetic camera and microphone, driven by WebDriver BiDi, and the people who use it. Playwright
// cannot drive the Firefox that people install.

import { type Browser, type BrowserContext, type Page, launch as puppeteer } from 'puppeteer-core';
import { eventually } from './eventually.ts';
import { moreSound, type Reception, receptionFrom, screenFramesFrom } from './reception.ts';
import type { Server } from './server.ts';

const program = process.env.FIREFOX ?? '/usr/bin/firefox-esr';

/** What a page may do without asking, and that devices are made up. */
const preferences = {
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'media.autoplay.default': 0,
  'media.peerconnection.ice.loopback': true,
  'media.peerconnection.ice.obfuscate_host_addresses': false,
};

export function launchFirefox(): Promise<Browser> {
  return puppeteer({
    browser: 'firefox',
    executablePath: program,
    headless: true,
    extraPrefsFirefox: preferences,
  });
}

/** Someone at the demo page, in Firefox. The names are those of `Person`. */
export class FirefoxPerson {
  private constructor(
    readonly accid: string,
    readonly page: Page,
    private readonly context: BrowserContext,
  ) {}

  static async open(browser: Browser, server: Server, accid: string): Promise<FirefoxPerson> {
    const context = await browser.createBrowserContext();
    const page = await context.newPage();
    await page.setViewport({ width: 1280, height: 800 });
    await page.goto(`${server.url}/?as=${accid}`);
    const person = new FirefoxPerson(accid, page, context);
    await person.online();
    return person;
  }

  async online(): Promise<void> {
    await eventually(`${this.accid} is signed in`, () =>
      this.page.evaluate(() => window.hullo?.connected && window.hullo.accid !== undefined),
    );
  }

  async press(testId: string): Promise<void> {
    await this.page.locator(`pierce/[data-testid="${testId}"]`).click();
  }

  async dial(accid: string, media: 'video' | 'voice'): Promise<void> {
    await this.press(`call-${media}-${accid}`);
  }

  async sees(testId: string): Promise<void> {
    await this.page.locator(`pierce/[data-testid="${testId}"]`).wait();
  }

  async becomes(state: string, deadlineMs?: number): Promise<void> {
    const now = () => this.page.evaluate(() => window.hullo.state);
    await eventually(`${this.accid} is ${state}`, async () => (await now()) === state, deadlineMs);
  }

  received(from: string): Promise<Reception> {
    return this.page.evaluate(receptionFrom, from);
  }

  async seesAndHears(from: string): Promise<void> {
    const before = await this.received(from);
    await eventually(`${this.accid} sees and hears ${from}`, async () => {
      const now = await this.received(from);
      return now.frames > before.frames + 5 && moreSound(before, now);
    });
  }

  async seesScreenOf(from: string): Promise<void> {
    const before = await this.page.evaluate(screenFramesFrom, from);
    await eventually(`${this.accid} sees the screen of ${from}`, async () => {
      return (await this.page.evaluate(screenFramesFrom, from)) > before + 5;
    });
  }

  /** Shares a screen that the page paints itself: Firefox makes up cameras for tests, and no screens. */
  async share(): Promise<void> {
    await this.page.evaluate(async () => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 480, height: 270 });
      const paint = canvas.getContext('2d');
      setInterval(() => {
        if (!paint) return;
        paint.fillStyle = `hsl(${performance.now() / 10} 80% 50%)`;
        paint.fillRect(0, 0, canvas.width, canvas.height);
      }, 100);
      navigator.mediaDevices.getDisplayMedia = async () => canvas.captureStream(10);
      await window.hullo.shareScreen(true);
    });
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.online();
  }

  async hangUp(): Promise<void> {
    await this.page.evaluate(() => window.hullo.hangup());
  }

  async close(): Promise<void> {
    await this.context.close();
  }
}
