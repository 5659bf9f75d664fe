// Every state of the call screens as axe, a keyboard and a narrow window meet it.
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launch } from '../src/browser.ts';
import { Gallery, type Look } from '../src/gallery.ts';

declare global {
  interface Window {
    axe: { run(context: Document, options: RunOptions): Promise<AxeResults> };
  }
}

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1280, height: 800 };
/** What 1280 pixels are at 400 %: the narrowest that WCAG asks for. */
const NARROW = { width: 320, height: 640 };
/** What a desktop is at 200 %. */
const ZOOMED = { width: 640, height: 400 };
const MINUTES = 60_000;

let browser: Browser;
let gallery: Gallery;
let states: string[];

/**
 * In the suite, every state has the first look and one of the others, in turn; with HULLO_EVERY_LOOK=1 it has them all, which
 * takes half an hour.
 */
function shareOf(look: number, looks: number): string[] {
  if (look === 0 || process.env.HULLO_EVERY_LOOK) return states;
  return states.filter((_, index) => index % (looks - 1) === look - 1);
}

beforeAll(async () => {
  [browser, gallery] = await Promise.all([launch(), Gallery.open()]);
  const page = await browser.newPage();
  // HULLO_STATES=voice looks at some of them only.
  const wanted = new RegExp(process.env.HULLO_STATES ?? '');
  states = (await gallery.states(page)).filter((state) => wanted.test(state));
  await page.close();
}, 3 * MINUTES);

afterAll(async () => {
  await browser.close();
  await gallery.close();
});

/** Calls `look` at every state, and collects what it finds, each with the name of its state. */
async function findings(
  { viewport, ...how }: Look,
  look: (page: Page) => Promise<readonly string[]>,
  which: readonly string[] = states,
): Promise<string[]> {
  const page = await browser.newPage({ viewport, reducedMotion: 'reduce' });
  const found: string[] = [];
  for (const state of which) {
    await gallery.show(page, state, { viewport, ...how });
    found.push(...(await look(page)).map((finding) => `${state}: ${finding}`));
  }
  await page.close();
  return found;
}

async function violations(page: Page): Promise<string[]> {
  await page.addScriptTag({ path: AXE });
  return page.evaluate(async () => {
    const { violations: found } = await window.axe.run(document, { resultTypes: ['violations'] });
    return found.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id} at ${target.flat().join(' ')}`));
  });
}

describe('axe finds nothing, and nothing that can be pressed is cut off', () => {
  const looks: [string, Look][] = [
    ['on a desktop, light', { theme: 'light', viewport: DESKTOP }],
    ['on a desktop, dark', { theme: 'dark', viewport: DESKTOP }],
    ['on a phone, light, from right to left', { theme: 'light', viewport: PHONE, dir: 'rtl' }],
    ['320 pixels wide, dark, in Chinese', { theme: 'dark', viewport: NARROW, lang: 'zh' }],
    ['on a desktop at 200 %', { theme: 'light', viewport: ZOOMED }],
  ];
  test.each(looks.map(([name, look], index) => [name, look, index] as const))(
    '%s',
    async (_name, look, index) => {
      const everything = async (page: Page) => [...(await buttonsOutside(page)), ...(await violations(page))];
      expect(await findings(look, everything, shareOf(index, looks.length))).toEqual([]);
    },
    15 * MINUTES,
  );
});

test(
  'the keyboard reaches every button, and shows where it is',
  async () => {
    const shown = states.filter((state) => !state.endsWith('records') && !state.startsWith('end-'));
    expect(await findings({ theme: 'dark', viewport: DESKTOP }, unreached, shown)).toEqual([]);
  },
  12 * MINUTES,
);

/** The buttons that are not wholly in the window, unless what they lie in scrolls. */
function buttonsOutside(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const roots: (Document | ShadowRoot)[] = [document];
    const buttons: HTMLElement[] = [];
    for (const root of roots) {
      for (const element of root.querySelectorAll<HTMLElement>('*')) {
        if (element.shadowRoot) roots.push(element.shadowRoot);
        if (element.matches('button, input')) buttons.push(element);
      }
    }
    const inCall = (element: Element): boolean => {
      for (let at = element.getRootNode(); at instanceof ShadowRoot; at = at.host.getRootNode())
        if (at.host.matches('hullo-call')) return true;
      return false;
    };
    const scrolls = (element: Element | null): boolean => {
      for (let at = element; at; at = at.parentElement ?? (at.getRootNode() as ShadowRoot).host ?? null)
        if (['auto', 'scroll'].includes(getComputedStyle(at).overflowY)) return true;
      return false;
    };
    return buttons
      .filter((button) => button.checkVisibility({ visibilityProperty: true }) && !scrolls(button))
      .filter((button) => {
        const { left, right, top, bottom } = button.getBoundingClientRect();
        // Down a page one scrolls; in a call one does not.
        const below = inCall(button) && (top < -1 || bottom > innerHeight + 1);
        return left < -1 || right > innerWidth + 1 || below;
      })
      .map((button) => `${button.dataset.testid ?? button.className} is cut off`);
  });
}

/** The buttons that Tab does not come to, and those that do not show that it has. */
async function unreached(page: Page): Promise<string[]> {
  const seen = new Set<string>();
  const unseen = new Set<string>();
  const { names: wanted, stops } = await page.evaluate(() => {
    const roots: (Document | ShadowRoot)[] = [document];
    const names: string[] = [];
    let stops = 0;
    for (const root of roots) {
      for (const element of root.querySelectorAll<HTMLElement>('*')) {
        if (element.shadowRoot) roots.push(element.shadowRoot);
        if (!element.checkVisibility({ visibilityProperty: true })) continue;
        if (element.matches('button, input, [tabindex]')) stops += 1;
        if (element.matches('button:not([disabled])'))
          names.push(element.dataset.testid ?? element.className);
      }
    }
    return { names, stops };
  });
  // Once around: the first press may begin anywhere.
  for (let step = 0; step < stops + 4; step += 1) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => {
      let element = document.activeElement;
      while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
      if (!(element instanceof HTMLElement) || !element.matches('button')) return;
      const marked = [element, ...element.querySelectorAll('*')].some(
        (one) =>
          getComputedStyle(one).outlineStyle !== 'none' && getComputedStyle(one).outlineWidth !== '0px',
      );
      return { name: element.dataset.testid ?? element.className, marked };
    });
    if (!at) continue;
    seen.add(at.name);
    if (!at.marked) unseen.add(at.name);
  }
  const missed = wanted.filter((name) => !seen.has(name));
  return [
    ...missed.map((name) => `${name} is not reached`),
    ...[...unseen].map((name) => `${name} shows no focus`),
  ];
}
