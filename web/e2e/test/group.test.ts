// Calls of several, accounts on several pages, and pages that come late or go away.
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { launch, Person } from '../src/browser.ts';
import { eventually } from '../src/eventually.ts';
import { Server, type ServerOptions } from '../src/server.ts';

const VIEWPORT = { width: 1024, height: 768 };

let server: Server;
let browser: Browser;
let people: Person[];
let cameras: number;

beforeAll(async () => {
  browser = await launch();
});
afterAll(async () => {
  await browser?.close();
});
beforeEach(() => {
  people = [];
  cameras = 0;
});
afterEach(async () => {
  await Promise.all(people.map((person) => person.close()));
  await server?.stop();
});

async function start(options: ServerOptions = {}): Promise<void> {
  server = await Server.start(options);
}

async function open(accid: string): Promise<Person> {
  const smallCamera = cameras++;
  const person = await Person.open(browser, server, accid, { smallCamera, viewport: VIEWPORT });
  people.push(person);
  return person;
}

function openAll(...accids: string[]): Promise<Person[]> {
  return Promise.all(accids.map((accid) => open(accid)));
}

/** Where an account is in the call that this person sees. */
async function stateOf(person: Person, accid: string): Promise<string | undefined> {
  return person.page.evaluate(
    (who) => window.hullo.current?.participants.find((other) => other.accid === who)?.state,
    accid,
  );
}

async function becomesFor(person: Person, accid: string, state: string): Promise<void> {
  await eventually(`${accid} is ${state} for ${person.accid}`, async () => {
    return (await stateOf(person, accid)) === state;
  });
}

describe('group of five', () => {
  test('rings, is busy to one, is joined, invited into, left, moved to another page and ended', {
    timeout: 240_000,
  }, async () => {
    await start();
    const [alice, bob, carol, dave, erin] = (await openAll('alice', 'bob', 'carol', 'dave', 'erin')) as [
      Person,
      Person,
      Person,
      Person,
      Person,
    ];
    await dave.dial('erin', 'voice');
    await erin.press('hullo-accept');
    await Promise.all([dave.becomes('in_call'), erin.becomes('in_call')]);

    await alice.dialGroup(['bob', 'carol', 'dave'], 'video');
    await Promise.all([bob.sees('hullo-incoming'), carol.sees('hullo-incoming')]);
    await becomesFor(alice, 'dave', 'busy');
    expect(await dave.state()).toBe('in_call');
    await Promise.all([bob.press('hullo-accept'), carol.press('hullo-accept')]);
    await alice.seesAndHearsAll(['bob', 'carol']);
    await bob.seesAndHearsAll(['alice', 'carol']);
    await carol.seesAndHearsAll(['alice', 'bob']);

    await erin.press('hullo-hangup');
    await Promise.all([dave.becomes('idle'), erin.becomes('idle')]);
    await bob.invite(['dave', 'erin']);
    await Promise.all([dave.press('hullo-accept'), erin.press('hullo-accept')]);
    await alice.seesAndHearsAll(['bob', 'carol', 'dave', 'erin']);
    await erin.seesAndHearsAll(['alice', 'bob', 'carol', 'dave']);
    await Promise.all(['alice', 'bob', 'carol', 'dave', 'erin'].map((accid) => erin.sees(`tile-${accid}`)));

    await carol.press('leave');
    await carol.becomes('idle');
    await becomesFor(alice, 'carol', 'left');
    await alice.seesAndHearsAll(['bob', 'erin']);

    const tablet = await open('bob');
    await tablet.press('continue-here');
    await tablet.becomes('in_call');
    await bob.becomes('idle');
    await tablet.seesAndHearsAll(['alice', 'dave']);
    await alice.seesAndHearsAll(['bob']);

    await alice.press('leave-open');
    await alice.press('end-for-all');
    await Promise.all([alice, tablet, dave, erin].map((person) => person.becomes('idle')));
    const records = await eventually('there is a record', async () => {
      const page = await alice.page.evaluate(async () => (await window.hullo.messages('bob')).messages);
      return page.length > 0 && page;
    });
    expect(records).toHaveLength(1);
    expect(records[0]?.body).toMatchObject({ kind: 'group', status: 'complete', endedBy: 'alice' });
    expect(records[0]?.body.people).toBe(5);
    const { callId } = records[0]?.body ?? {};
    const record = await alice.page.evaluate((id) => window.hullo.record(id ?? ''), callId);
    expect(record.durations).toHaveLength(5);
    const quality = record.quality.find((summary) => summary.accid === 'alice');
    expect(quality?.firstFrameMs).toBeGreaterThan(0);
    expect(quality?.medianUp).not.toBe('unknown');
  });
});

describe('group that does not come about', () => {
  test('ends for its caller with the reason when all decline', async () => {
    await start();
    const [alice, bob, carol] = (await openAll('alice', 'bob', 'carol')) as [Person, Person, Person];
    await alice.dialGroup(['bob', 'carol'], 'voice');
    await bob.press('hullo-reject');
    await becomesFor(alice, 'bob', 'rejected');
    expect(await alice.state()).toBe('calling');
    await carol.press('hullo-reject');
    await alice.becomes('idle');
    const [record] = await eventually('there is a record', async () => {
      const page = await alice.page.evaluate(async () => (await window.hullo.messages('carol')).messages);
      return page.length > 0 && page;
    });
    expect(record?.body).toMatchObject({ kind: 'group', reason: 'rejected', status: 'rejected' });
  });
});

describe('call of two', () => {
  test('who dial each other at the same moment is one call that both are in', async () => {
    await start();
    const [alice, bob] = (await openAll('alice', 'bob')) as [Person, Person];
    // Neither learns of the other's dial before it has dialled itself.
    await Promise.all([alice.deliverFrames(false), bob.deliverFrames(false)]);
    await Promise.all([alice.dial('bob', 'voice'), bob.dial('alice', 'voice')]);
    await Promise.all([alice.deliverFrames(true), bob.deliverFrames(true)]);
    await Promise.all([alice.becomes('in_call'), bob.becomes('in_call')]);
    await Promise.all([alice.hears('bob'), bob.hears('alice')]);
    const callId = (person: Person) => person.page.evaluate(() => window.hullo.current?.callId);
    expect(await callId(alice)).toBe(await callId(bob));
  });

  test('takes in a third without losing a picture', { timeout: 120_000 }, async () => {
    await start();
    const [alice, bob, carol] = (await openAll('alice', 'bob', 'carol')) as [Person, Person, Person];
    await alice.dial('bob', 'video');
    await bob.press('hullo-accept');
    await alice.seesAndHearsAll(['bob']);
    const before = await alice.received('bob');
    await alice.invite(['carol']);
    await carol.press('hullo-accept');
    await carol.seesAndHearsAll(['alice', 'bob']);
    await alice.seesAndHearsAll(['bob', 'carol']);
    expect((await alice.received('bob')).frames).toBeGreaterThan(before.frames);
  });
});

describe('same account in two pages', () => {
  test('rings on both; one answers, the other stops and can fetch the call', {
    timeout: 120_000,
  }, async () => {
    await start();
    const [alice, phone, tablet] = (await openAll('alice', 'bob', 'bob')) as [Person, Person, Person];
    await alice.dial('bob', 'video');
    await Promise.all([phone.sees('hullo-incoming'), tablet.sees('hullo-incoming')]);
    await phone.press('hullo-accept');
    await tablet.becomes('idle');
    await alice.seesAndHearsAll(['bob']);
    await tablet.press('continue-here');
    await tablet.becomes('in_call');
    await phone.becomes('idle');
    await tablet.seesAndHearsAll(['alice']);
    await alice.seesAndHearsAll(['bob']);
    expect(await alice.state()).toBe('in_call');
    await tablet.press('hullo-hangup');
    await alice.becomes('idle');
  });
});

describe('page without a network', () => {
  test('keeps its call and says so, and is back when the network is', { timeout: 120_000 }, async () => {
    await start();
    const [alice, bob] = (await openAll('alice', 'bob')) as [Person, Person];
    await alice.dial('bob', 'video');
    await bob.press('hullo-accept');
    await alice.seesAndHearsAll(['bob']);
    await bob.setOffline(true);
    await bob.sees('hullo-reconnecting');
    await becomesReconnecting(alice, 'bob', true);
    await bob.setOffline(false);
    await bob.part('hullo-reconnecting').waitFor({ state: 'hidden' });
    await becomesReconnecting(alice, 'bob', false);
    await Promise.all([alice.seesAndHearsAll(['bob']), bob.seesAndHearsAll(['alice'])]);
  });

  test('hangs up at once, and the other side learns it when the network is back', {
    timeout: 120_000,
  }, async () => {
    await start();
    const [alice, bob] = (await openAll('alice', 'bob')) as [Person, Person];
    await alice.dial('bob', 'video');
    await bob.press('hullo-accept');
    await alice.seesAndHearsAll(['bob']);
    await bob.setOffline(true);
    await bob.press('hullo-hangup');
    await bob.becomes('idle', 2_000);
    expect(await bob.page.evaluate(() => window.hullo.local.videoEnabled)).toBe(false);
    await bob.setOffline(false);
    await alice.becomes('idle', 60_000);
  });

  test('is rung when it comes late, for the rest of the ring time', { timeout: 120_000 }, async () => {
    await start();
    const alice = await open('alice');
    await alice.dial('bob', 'voice');
    await becomesFor(alice, 'bob', 'invited');
    const bob = await open('bob');
    await bob.sees('hullo-incoming');
    await becomesFor(alice, 'bob', 'ringing');
    await bob.press('hullo-accept');
    await Promise.all([alice.hears('bob'), bob.hears('alice')]);
  });
});

async function becomesReconnecting(person: Person, accid: string, away: boolean): Promise<void> {
  await eventually(
    `${accid} is ${away ? 'away' : 'back'} for ${person.accid}`,
    async () =>
      (await person.page.evaluate(
        (who) => window.hullo.current?.participants.find((other) => other.accid === who)?.reconnecting,
        accid,
      )) === away,
    40_000,
  );
}

describe('where calls may wait', () => {
  test('second call is answered while the first is on hold, and the first goes on after it', {
    timeout: 180_000,
  }, async () => {
    await start({ callWaiting: true });
    const [alice, bob, carol] = (await openAll('alice', 'bob', 'carol')) as [Person, Person, Person];
    await alice.dial('bob', 'video');
    await bob.press('hullo-accept');
    await alice.seesAndHearsAll(['bob']);
    await carol.dial('bob', 'video');
    await bob.sees('waiting-banner');
    await bob.press('hold-answer');
    await carol.seesAndHearsAll(['bob']);
    await bob.sees('held-chip');
    await alice.sees('hullo-remote-held');
    await carol.press('hullo-hangup');
    await carol.becomes('idle');
    await bob.seesAndHearsAll(['alice']);
    await alice.seesAndHearsAll(['bob']);
  });
});
