// Calls survive a reload, a killed server and missing devices.
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { launch, Person } from '../src/browser.ts';
import { eventually } from '../src/eventually.ts';
import { Server } from '../src/server.ts';

let server: Server;
let browser: Browser;
let people: Person[];

beforeAll(async () => {
  browser = await launch();
});
afterAll(async () => {
  await browser?.close();
});
beforeEach(async () => {
  people = [];
  server = await Server.start();
});
afterEach(async () => {
  await Promise.all(people.map((person) => person.close()));
  await server.stop();
});

async function open(accid: string, options = {}): Promise<Person> {
  const person = await Person.open(browser, server, accid, options);
  people.push(person);
  return person;
}

async function connected(): Promise<[Person, Person]> {
  const [alice, bob] = await Promise.all([open('alice'), open('bob')]);
  await alice.dial('bob', 'video');
  await bob.press('hullo-accept');
  await Promise.all([alice.seesAndHears('bob'), bob.seesAndHears('alice')]);
  return [alice, bob];
}

describe('during a call', () => {
  test('page that is reloaded is in the call again', async () => {
    const [alice, bob] = await connected();
    await bob.page.reload();
    await bob.online();
    await bob.becomes('in_call');
    await Promise.all([alice.seesAndHears('bob'), bob.seesAndHears('alice')]);
    expect(await alice.state()).toBe('in_call');
  });

  test('entry of a call that is over does not come as new again after a reload', async () => {
    const [alice, bob] = await connected();
    await alice.press('hullo-hangup');
    await bob.becomes('idle');
    const kept = () =>
      bob.page.evaluate(() => Object.keys(sessionStorage).some((key) => key.startsWith('hullo:cursor:')));
    await eventually('the entry has come', kept);
    await bob.page.addInitScript(() => {
      const told: number[] = [];
      let client: typeof window.hullo;
      Object.assign(window, { told });
      Object.defineProperty(window, 'hullo', {
        configurable: true,
        get: () => client,
        set: (hullo: NonNullable<typeof window.hullo>) => {
          client = hullo;
          hullo.on('messageAdded', ({ message }) => told.push(message.id));
        },
      });
    });
    await bob.page.reload();
    await bob.online();
    const told = await bob.page.evaluate(async () => {
      const { messages } = await window.hullo.messages('alice');
      return { old: messages.length, told: Reflect.get(window, 'told') };
    });
    expect(told).toEqual({ old: 1, told: [] });
  });

  test('killed server that comes back goes on with the call, and the record is right', async () => {
    const [alice, bob] = await connected();
    await server.kill();
    await server.restart();
    await Promise.all([alice.seesAndHears('bob'), bob.seesAndHears('alice')]);
    await alice.press('hullo-hangup');
    await Promise.all([alice.becomes('idle'), bob.becomes('idle')]);
    const records = await eventually('both have one record', async () => {
      const page = (person: Person, remote: string) =>
        person.page.evaluate(async (accid) => (await window.hullo.messages(accid)).messages, remote);
      const [mine, theirs] = [await page(alice, 'bob'), await page(bob, 'alice')];
      return mine.length && theirs.length ? { mine, theirs } : undefined;
    });
    expect(records.mine).toHaveLength(1);
    expect(records.theirs).toEqual(records.mine);
    expect(records.mine[0]?.body).toMatchObject({ status: 'complete', reason: 'hung_up', media: 'video' });
  });

  test('server killed while it rings still rings when it is back', async () => {
    const [alice, bob] = await Promise.all([open('alice'), open('bob')]);
    await alice.dial('bob', 'voice');
    await bob.sees('hullo-incoming');
    await server.kill();
    await server.restart();
    await Promise.all([alice.online(), bob.online()]);
    await bob.press('hullo-accept');
    await Promise.all([alice.hears('bob'), bob.hears('alice')]);
  });
});

describe('without devices', () => {
  test('person without a camera is told so, and talks', async () => {
    const [alice, bob] = await Promise.all([open('alice', { deny: 'camera' }), open('bob')]);
    await alice.dial('bob', 'video');
    await bob.press('hullo-accept');
    await Promise.all([alice.seesAndHears('bob'), bob.hears('alice')]);
    await bob.sees('hullo-remote-camera-off');
  });

  test('person without a microphone is told so, and listens', async () => {
    const [alice, bob] = await Promise.all([open('alice'), open('bob', { deny: 'microphone' })]);
    await alice.dial('bob', 'voice');
    await bob.press('hullo-accept');
    await bob.hears('alice');
    await bob.sees('hullo-device-problem');
  });
});

describe('in secure mode', () => {
  test('page asks its backend for room tokens, and the call connects', async () => {
    await server.stop();
    server = await Server.start({ secure: true });
    const [alice, bob] = await connected();
    await alice.press('hullo-hangup');
    await Promise.all([alice.becomes('idle'), bob.becomes('idle')]);
  });
});
