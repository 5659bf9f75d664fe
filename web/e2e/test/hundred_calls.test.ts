// A hundred calls in one page: nothing of them is left over, and at the end nothing of the client.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type App, openApp } from '../src/app_page.ts';
import { launch } from '../src/browser.ts';
import { eventually } from '../src/eventually.ts';
import { heapOf, type Residue, watchScript } from '../src/residue.ts';
import { Server } from '../src/server.ts';

const CALLS = 100;
/** Calls after which the page has all that it will keep: compiled code, caches. */
const WARM_UP = 10;
/** Growth of the heap that is noise: code that is compiled late. */
const GROWTH_BYTES_MAX = 1_000_000;
/** Objects that the collector has not reached yet: it takes its time on a busy machine. What leaks does so with every call, or every other. */
const OBJECTS_MAX = CALLS / 4;

let server: Server;
let browser: Browser;

beforeAll(async () => {
  // Nobody calls that often by hand, and a quick machine makes ten calls a second.
  const budgets = ['dials', 'rings', 'rings_by_one', 'offers'].map((name) => `${name}_at_once = 0`);
  const settings = ['[limits]', 'frames_per_second = 10000', ...budgets].join('\n');
  [server, browser] = await Promise.all([Server.start({ settings }), launch()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

/** Shows both pictures, as a page does, and takes the views away with the call. */
const app: App = async ({ Hullo, signIn, accid }) => {
  const client = await Hullo.create({ appKey: 'demo' });
  const views = [document.createElement('video'), document.createElement('video')] as const;
  client.on('changed', ({ state }) => {
    if (state === 'in_call' && !views[0].isConnected) {
      document.body.append(...views);
      client.attachLocalView(views[0]);
      client.attachRemoteView(accid === 'alice' ? 'bob' : 'alice', views[1]);
    }
    if (state === 'idle') {
      for (const view of views) {
        client.detachView(view);
        view.remove();
      }
    }
  });
  client.on('invited', () => void client.accept());
  await signIn(client, accid);
  return client;
};

/** Dials, waits until both are connected, hangs up; so often. Runs in the page. */
function call(times: number): Promise<void> {
  const { hullo } = window;
  const once = (index: number) =>
    new Promise<void>((resolve, reject) => {
      const fail = (what: unknown) => reject(new Error(`call ${index}: ${what}`));
      const stops = [
        hullo.on('userEnter', () => void hullo.hangup()),
        hullo.on('callEnd', ({ reason }) => {
          for (const stop of stops) stop();
          if (reason === 'hung_up') resolve();
          else fail(`ended by ${reason}`);
        }),
      ];
      hullo.call('bob', { media: index % 2 ? 'audio' : 'video' }).catch(fail);
    });
  return (async () => {
    for (let index = 0; index < times; index += 1) await once(index);
  })();
}

const NOTHING = { connections: 0, tracks: 0, sockets: 0, contexts: 0, intervals: 0, locks: 0 };

async function measure(
  page: Page,
): Promise<{ residue: Residue; bytes: number; objects: Record<string, number> }> {
  const residue = () => page.evaluate(() => window.openNow());
  await eventually(
    'the call is over',
    async () => (await residue()).connections === 0 && (await residue()).tracks === 0,
  );
  const classes = ['RTCPeerConnection', 'MediaStreamTrack', 'MediaStream', 'HTMLMediaElement'];
  return { residue: await residue(), ...(await heapOf(page, ...classes)) };
}

test('a hundred calls leave nothing in either page', { timeout: 300_000 }, async () => {
  const open = (as: string) => openApp(browser, server, app, { as, before: [watchScript] });
  const [alice, bob] = await Promise.all([open('alice'), open('bob')]);
  const pages = [alice, bob];
  await alice.evaluate(call, WARM_UP);
  const before = await Promise.all(pages.map(measure));
  await alice.evaluate(call, CALLS);
  for (const [index, page] of pages.entries()) {
    const first = before[index];
    // The collector takes its time with what lives in two heaps.
    const now = await eventually(
      'all objects but a few are collected',
      async () => {
        const seen = await measure(page);
        const left = Object.entries(seen.objects).map(
          ([name, count]) => [name, count - (first?.objects[name] ?? 0)] as const,
        );
        const kept = left.filter(([, count]) => count >= OBJECTS_MAX);
        if (kept.length > 0) throw new Error(kept.map(([name, count]) => `${count} of ${name}`).join(', '));
        return seen;
      },
      60_000,
    );
    expect(now.residue).toEqual(first?.residue);
    expect(now.residue).toMatchObject({ ...NOTHING, sockets: 1, intervals: 1, locks: 1 });
    expect(now.bytes - (first?.bytes ?? 0)).toBeLessThan(GROWTH_BYTES_MAX);
  }

  for (const page of pages) {
    await page.evaluate(() => window.hullo.destroy());
    const { residue } = await measure(page);
    expect(residue).toEqual({ ...NOTHING, listeners: 0 });
  }
});

test('a hundred clients, one after the other, are one device and leave nothing', {
  timeout: 120_000,
}, async () => {
  const page = await openApp(browser, server, app, { as: 'alice', before: [watchScript] });
  const { ids, times } = await page.evaluate(async (count) => {
    const { Hullo, signIn } = window.kit;
    const ids = new Set([window.hullo.deviceId]);
    await window.hullo.destroy();
    const times: number[] = [];
    for (let index = 0; index < count; index += 1) {
      const startedAtMs = performance.now();
      const client = await Hullo.create({ appKey: 'demo' });
      times.push(performance.now() - startedAtMs);
      if (index % 10 === 0) await signIn(client, 'alice');
      ids.add(client.deviceId);
      await client.destroy();
    }
    return { ids: [...ids], times };
  }, CALLS);
  expect(ids).toHaveLength(1);
  // Whoever waits for an id waits 500 ms; the machine may be busy for a few of them.
  expect(times.sort((a, b) => a - b)[CALLS / 2]).toBeLessThan(400);
  expect((await measure(page)).residue).toEqual({ ...NOTHING, listeners: 0 });
});
