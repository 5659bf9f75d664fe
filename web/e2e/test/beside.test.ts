// A call beside the app, as a person with a pointer and a keyboard meets it: the banner, the small tile, the window above
// other programs, and the list of past calls.
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { launch, Person } from '../src/browser.ts';
import { eventually } from '../src/eventually.ts';
import { Server } from '../src/server.ts';

let browser: Browser;
let server: Server;
let alice: Person;
let bob: Person;

beforeAll(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

beforeEach(async () => {
  [alice, bob] = await Promise.all([
    Person.open(browser, server, 'alice'),
    Person.open(browser, server, 'bob'),
  ]);
});

afterEach(async () => {
  await Promise.all([alice, bob].map((person) => person?.page.evaluate(() => window.hullo.hangup())));
  await Promise.all([alice?.close(), bob?.close()]);
});

/** Where the surface lies in the window of `person`. */
function box(person: Person): Promise<{ x: number; y: number; width: number; height: number }> {
  return person.part('hullo-surface').evaluate((surface) => {
    const { x, y, width, height } = surface.getBoundingClientRect();
    return { x, y, width, height };
  });
}

function shape(person: Person): Promise<string | null> {
  return person.part('hullo-surface').getAttribute('data-shape');
}

async function inSmallCall(): Promise<void> {
  await alice.dial('bob', 'video');
  await bob.press('hullo-accept');
  await bob.sees('hullo-video');
  await bob.press('hullo-shrink');
  await bob.sees('hullo-small');
}

/** The tile has its picture, and with that its final shape. */
async function tileIsFilmed(): Promise<void> {
  await eventually('the tile has a picture', () =>
    bob.part('hullo-small-video').evaluate((video) => (video as HTMLVideoElement).videoWidth > 0),
  );
}

test('someone calls: the app goes on behind the banner, and the call is answered from it', async () => {
  await alice.dial('bob', 'video');
  await bob.sees('hullo-incoming');
  expect(await shape(bob)).toBe('banner');
  await bob.press('tab-recents');
  await bob.sees('recents');
  await bob.press('hullo-accept');
  await Promise.all([alice.seesAndHears('bob'), bob.seesAndHears('alice')]);
  expect(await shape(bob)).toBe('full');
});

test('small call shows and sounds, and the app is used beside it', async () => {
  await inSmallCall();
  await bob.seesAndHearsAll(['alice']);
  await tileIsFilmed();
  await bob.press('contact-carol');
  await bob.sees('header-call-voice');
  await bob.press('hullo-mute-audio');
  await eventually('bob is muted', () => bob.page.evaluate(() => window.hullo.local.audioMuted));
  await bob.press('hullo-enlarge');
  await bob.sees('hullo-video');
  await bob.seesAndHears('alice');
});

test('tile is dragged to a corner, stays in the window, and is moved by the arrow keys', async () => {
  await inSmallCall();
  await tileIsFilmed();
  const start = await box(bob);
  const [x, y] = [start.x + start.width / 2, start.y + start.height / 3];
  await bob.page.mouse.move(x, y);
  await bob.page.mouse.down();
  await bob.page.mouse.move(x - 300, y - 200, { steps: 4 });
  await bob.page.mouse.move(-400, -400, { steps: 8 });
  const dragged = await box(bob);
  expect(Math.min(dragged.x, dragged.y)).toBeGreaterThanOrEqual(0);
  await bob.page.mouse.up();
  await eventually('the tile is in the other corner', async () => {
    const { x: left, y: top } = await box(bob);
    return left < 20 && top < 20;
  });
  expect(await shape(bob)).toBe('small');
  await bob.part('hullo-small-cover').focus();
  await bob.page.keyboard.press('ArrowDown');
  await bob.page.keyboard.press('ArrowRight');
  await eventually('the tile is back in the corner from which it was dragged', async () => {
    const now = await box(bob);
    const { width, height } = await bob.page.evaluate(() => ({ width: innerWidth, height: innerHeight }));
    if (width - now.x - now.width < 20 && height - now.y - now.height < 20) return true;
    throw new Error(`it is at ${JSON.stringify(now)} of ${width} x ${height}`);
  });
  await bob.page.keyboard.press('Enter');
  await bob.sees('hullo-video');
});

test('call leaves the page for a window of its own, where it is muted and brought back', async () => {
  await inSmallCall();
  const opened = bob.page.context().waitForEvent('page');
  await bob.press('hullo-picture-in-picture');
  const pip = await opened;
  await pip.getByTestId('hullo-small').waitFor();
  await bob.part('hullo-surface').waitFor({ state: 'hidden' });
  await pip.getByTestId('hullo-mute-audio').click();
  await eventually('bob is muted', () => bob.page.evaluate(() => window.hullo.local.audioMuted));
  await bob.seesAndHearsAll(['alice']);
  await pip.getByTestId('hullo-enlarge').click();
  await bob.sees('hullo-video');
  expect(pip.isClosed()).toBe(true);
  await bob.seesAndHears('alice');
});

test('call that ends in a window of its own closes it', async () => {
  await inSmallCall();
  const opened = bob.page.context().waitForEvent('page');
  await bob.press('hullo-picture-in-picture');
  const pip = await opened;
  await pip.getByTestId('hullo-small').waitFor();
  await alice.press('hullo-hangup');
  await bob.becomes('idle');
  await eventually('the window is closed', async () => pip.isClosed());
});

test('incoming call is answered over a modal dialog that the app has open', async () => {
  await bob.page.evaluate(() => {
    const dialog = document.createElement('dialog');
    dialog.textContent = 'the app asks';
    document.body.append(dialog);
    dialog.showModal();
  });
  await alice.dial('bob', 'voice');
  await bob.press('hullo-accept');
  await bob.becomes('in_call');
  await bob.press('hullo-hangup');
  await bob.becomes('idle');
});

test('missed call is counted until it was looked at, and is called back by a press', async () => {
  await alice.dial('bob', 'voice');
  await bob.sees('hullo-incoming');
  await alice.press('hullo-cancel');
  await eventually(
    'a missed call is counted',
    async () => (await bob.part('missed-count').innerText()) === '1',
  );
  await bob.press('tab-recents');
  await bob.part('recent-call').first().click();
  await alice.sees('hullo-incoming');
  await alice.press('hullo-accept');
  await Promise.all([alice.becomes('in_call'), bob.becomes('in_call')]);
});
