// People behind networks that let no UDP pass: their media goes through a real coturn, by TCP.
import type { Browser } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { launch, launchIn, Person } from '../src/browser.ts';
import { eventually } from '../src/eventually.ts';
import { WithoutUdp } from '../src/namespace.ts';
import { Server } from '../src/server.ts';
import { TurnServer } from '../src/turn.ts';

/** The ways that the page's connections have taken: the kind of the local candidate, and how the relay is reached. */
function ways(person: Person): Promise<string[]> {
  return person.page.evaluate(async () => {
    const { connections } = window as unknown as { connections: RTCPeerConnection[] };
    const taken: string[] = [];
    for (const connection of connections.filter(({ connectionState }) => connectionState === 'connected')) {
      const report = await connection.getStats();
      for (const stats of report.values()) {
        if (stats.type !== 'transport' || !stats.selectedCandidatePairId) continue;
        const pair = report.get(stats.selectedCandidatePairId);
        const local = report.get(pair.localCandidateId);
        taken.push(`${local.candidateType} ${local.relayProtocol}`);
      }
    }
    return taken;
  });
}

test('people whom only a TURN server reaches see and hear each other, and go on after its credentials are renewed', async () => {
  const turn = await TurnServer.start();
  const [server, browser] = await Promise.all([Server.start({ settings: turn.settings }), launch()]);
  onTestFinished(() => end(browser, server, turn));
  const [alice, bob] = await Promise.all([
    Person.open(browser, server, 'alice', { connections: 'relayed' }),
    Person.open(browser, server, 'bob', { connections: 'relayed' }),
  ]);
  await callByRelay(alice, bob);
  expect(turn.log).toMatch(/session \d+: .*user <\d+:\d+>.*incoming packet ALLOCATE processed, success/);
  // Half of a minute after they were told the sessions are told again.
  const first = await credentials(alice);
  await eventually('the credentials are renewed', async () => (await credentials(alice)) !== first, 60_000);
  await Promise.all([alice.seesAndHears('bob'), bob.seesAndHears('alice')]);
}, 120_000);

test.skipIf(!WithoutUdp.possible)(
  'people whose network lets no UDP pass reach everyone by TURN over TCP',
  async () => {
    const network = new WithoutUdp();
    const turn = await TurnServer.start(network.host);
    const server = await Server.start({ settings: turn.settings, host: network.host });
    const browser = await launchIn(network, server);
    onTestFinished(async () => {
      await end(browser, server, turn);
      network.remove();
    });
    const [alice, bob] = await Promise.all([
      Person.open(browser, server, 'alice', { connections: 'kept' }),
      Person.open(browser, server, 'bob', { connections: 'kept' }),
    ]);
    await callByRelay(alice, bob);
  },
  120_000,
);

async function end(browser: Browser, server: Server, turn: TurnServer): Promise<void> {
  await browser.close();
  await server.stop();
  turn.stop();
}

async function callByRelay(alice: Person, bob: Person): Promise<void> {
  await alice.dial('bob', 'video');
  await bob.sees('hullo-incoming');
  await bob.press('hullo-accept');
  await Promise.all([alice.seesAndHears('bob'), bob.seesAndHears('alice')]);
  for (const person of [alice, bob]) expect(await ways(person)).toEqual(['relay tcp']);
}

/** What the page's connection would use for a restart. */
function credentials(person: Person): Promise<string | undefined> {
  return person.page.evaluate(() => {
    const { connections } = window as unknown as { connections: RTCPeerConnection[] };
    return connections.at(-1)?.getConfiguration().iceServers?.[0]?.username;
  });
}
