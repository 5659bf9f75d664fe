// Two people call each other, in two real browsers, through one program: the main job.
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { launch, Person } from '../src/browser.ts';
import { eventually } from '../src/eventually.ts';
import { Server } from '../src/server.ts';

let server: Server;
let browser: Browser;
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

/** Alice dials, Bob accepts; resolves when both are in the call. */
async function connect(media: 'video' | 'voice'): Promise<void> {
  await alice.dial('bob', media);
  await bob.sees('hullo-incoming');
  await bob.press('hullo-accept');
  await Promise.all([alice.becomes('in_call'), bob.becomes('in_call')]);
}

/** The newest record in the open conversation, as it reads. */
function newestRecord(person: Person, remote: string): Promise<string> {
  return eventually(`${person.accid} has a record with ${remote}`, async () => {
    await person.press(`contact-${remote}`);
    return person.part('record-item').last().innerText();
  });
}

describe('video call', () => {
  test('rings, is accepted, is seen and heard on both sides, is hung up, and is on record', async () => {
    await alice.dial('bob', 'video');
    await alice.sees('hullo-outgoing');
    await bob.sees('hullo-incoming');
    expect(await bob.part('hullo-incoming').innerText()).toContain('Alice');
    expect(await bob.page.title()).toMatch(/Alice/);

    await bob.press('hullo-accept');
    await Promise.all([alice.seesAndHears('bob'), bob.seesAndHears('alice')]);
    await alice.sees('hullo-timer');

    await bob.press('hullo-hangup');
    await Promise.all([alice.becomes('idle'), bob.becomes('idle')]);
    expect(await newestRecord(alice, 'bob')).toMatch(/0?0:0\d/);
    expect(await newestRecord(bob, 'alice')).toMatch(/0?0:0\d/);
  });

  test('can be dialled again with a press on its record', async () => {
    await connect('video');
    await alice.press('hullo-hangup');
    await Promise.all([alice.becomes('idle'), bob.becomes('idle')]);
    await newestRecord(alice, 'bob');
    await alice.part('record-item').last().click();
    await bob.sees('hullo-incoming');
    await bob.press('hullo-accept');
    await bob.seesAndHears('alice');
  });

  test('keeps both cameras of a muted person dark for the other', async () => {
    await connect('video');
    await Promise.all([alice.seesAndHears('bob'), bob.seesAndHears('alice')]);
    await alice.press('hullo-mute-video');
    await bob.sees('hullo-remote-camera-off');
    const frames = await eventually('no more frames of alice', async () => {
      const first = await bob.received('alice');
      await bob.hears('alice');
      const second = await bob.received('alice');
      return second.frames === first.frames ? { value: second.frames } : undefined;
    });
    await alice.press('hullo-mute-video');
    await eventually('frames again', async () => (await bob.received('alice')).frames > frames.value);
  });

  test('shows its first frame soon after accept', async () => {
    const times: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      await alice.dial('bob', 'video');
      await bob.sees('hullo-incoming');
      await eventually('the connection is warm', () => warm(bob).then(async (ready) => ready && warm(alice)));
      await bob.press('hullo-accept');
      await bob.seesAndHears('alice');
      times.push(await acceptToFirstFrame(bob));
      await bob.press('hullo-hangup');
      await Promise.all([alice.becomes('idle'), bob.becomes('idle')]);
      await bob.part('hullo-incoming').waitFor({ state: 'hidden' });
      await alice.part('hullo-notice').waitFor({ state: 'hidden' });
    }
    console.log(`accept to first decoded remote frame: ${times.map((ms) => ms.toFixed(0)).join(', ')} ms`);
    expect(Math.min(...times)).toBeGreaterThan(0);
  });
});

/** ICE and DTLS are done while it still rings. */
function warm(person: Person): Promise<boolean> {
  return person.page.evaluate(async () => (await window.hullo.stats()).connection === 'connected');
}

function acceptToFirstFrame(person: Person): Promise<number> {
  return eventually('the first frame was measured', () =>
    person.page.evaluate(() => performance.getEntriesByName('hullo:accept-to-first-frame').at(-1)?.duration),
  );
}

describe('voice call', () => {
  test('is heard on both sides and hung up by the callee', async () => {
    await connect('voice');
    await Promise.all([alice.hears('bob'), bob.hears('alice')]);
    expect((await bob.received('alice')).frames).toBe(0);
    await bob.press('hullo-hangup');
    await Promise.all([alice.becomes('idle'), bob.becomes('idle')]);
    expect(await newestRecord(bob, 'alice')).toMatch(/0?0:0\d/);
  });

  test('becomes a video call when the other side agrees, and a voice call again at once', async () => {
    await connect('voice');
    await alice.press('hullo-switch-media');
    await bob.press('hullo-consent-accept');
    await Promise.all([alice.seesAndHears('bob'), bob.seesAndHears('alice')]);
    await bob.press('hullo-switch-media');
    await eventually('both are in a voice call', async () => {
      const media = (person: Person) => person.page.evaluate(() => window.hullo.current?.media);
      return (await media(alice)) === 'audio' && (await media(bob)) === 'audio';
    });
    await Promise.all([alice.hears('bob'), bob.hears('alice')]);
  });

  test('stays a voice call when the other side does not agree', async () => {
    await connect('voice');
    await alice.press('hullo-switch-media');
    await bob.press('hullo-consent-refuse');
    await bob.part('hullo-consent').waitFor({ state: 'hidden' });
    expect(await alice.page.evaluate(() => window.hullo.current?.media)).toBe('audio');
    await Promise.all([alice.hears('bob'), bob.hears('alice')]);
  });
});

describe('call that does not come about', () => {
  test('is rejected', async () => {
    await alice.dial('bob', 'video');
    await bob.press('hullo-reject');
    await Promise.all([alice.becomes('idle'), bob.becomes('idle')]);
    expect(await newestRecord(alice, 'bob')).toContain('Declined');
    expect(await newestRecord(bob, 'alice')).toContain('Declined');
  });

  test('is cancelled, and stops ringing at once', async () => {
    await alice.dial('bob', 'voice');
    await bob.sees('hullo-incoming');
    await alice.press('hullo-cancel');
    await Promise.all([alice.becomes('idle'), bob.becomes('idle')]);
    expect(await newestRecord(bob, 'alice')).toMatch(/Cancel/);
  });

  test('finds the other busy without ringing there', async () => {
    await connect('voice');
    const carol = await Person.open(browser, server, 'carol');
    await carol.dial('bob', 'voice');
    expect(await carol.part('hullo-notice').innerText()).toMatch(/busy|another call/i);
    await carol.becomes('idle');
    expect(await bob.state()).toBe('in_call');
    expect(await newestRecord(carol, 'bob')).toMatch(/busy/i);
    await carol.close();
  });

  test('is not answered in time', async () => {
    await alice.page.evaluate(() => window.hullo.call('bob', { media: 'audio', timeoutMs: 5_000 }));
    await bob.sees('hullo-incoming');
    await Promise.all([alice.becomes('idle'), bob.becomes('idle')]);
    expect(await newestRecord(bob, 'alice')).toMatch(/Missed/i);
  });

  test('tells the caller kindly that nobody could be reached', async () => {
    await alice.page.evaluate(() => window.hullo.call('dave', { media: 'audio', timeoutMs: 5_000 }));
    await alice.sees('hullo-outgoing');
    await alice.becomes('idle');
    expect(await newestRecord(alice, 'dave')).toMatch(/answer/i);
  });
});
