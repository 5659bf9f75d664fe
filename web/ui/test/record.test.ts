import type { CallSummary } from '@hullo/sdk';
import { afterEach, expect, test } from 'vitest';
import type { Redial } from '../src/redial.ts';
import '../src/record.ts';

const summary: CallSummary = {
  callId: 'call-1',
  kind: 'one_to_one',
  caller: 'bob',
  callee: 'alice',
  media: 'audio',
  status: 'timed_out',
  reason: 'timed_out',
  startedAtMs: 0,
  endedAtMs: 30_000,
  outcome: 'timed_out',
  callerMs: 0,
  calleeMs: 0,
  people: 2,
};

afterEach(() => document.body.replaceChildren());

async function bubbleFor(me: string) {
  const bubble = document.createElement('hullo-record');
  Object.assign(bubble, { summary, me, lang: 'en' });
  document.body.append(bubble);
  await bubble.updateComplete;
  const button = bubble.shadowRoot?.querySelector('button');
  if (!button) throw new Error('the record drew nothing');
  return { bubble, button };
}

test('record reads as what it was, and stands on the side of the one who dialled', async () => {
  const callee = await bubbleFor('alice');
  expect(callee.button.textContent?.replace(/\s+/g, ' ').trim()).toBe('Voice call Missed');
  expect(callee.bubble.direction).toBe('incoming');
  const caller = await bubbleFor('bob');
  expect(caller.button.textContent?.replace(/\s+/g, ' ').trim()).toBe('Voice call No answer');
  expect(caller.bubble.direction).toBe('outgoing');
  const shouted = await bubbleFor('BOB');
  expect(shouted.button.textContent?.replace(/\s+/g, ' ').trim()).toBe('Voice call No answer');
  expect(shouted.bubble.direction).toBe('outgoing');
});

test.each([
  ['alice', 'bob'],
  ['bob', 'alice'],
  ['BOB', 'alice'],
])('press by %s calls %s again, with the same media', async (me, accid) => {
  const { button } = await bubbleFor(me);
  const asked: Redial[] = [];
  document.body.addEventListener('hullo-redial', (event) => asked.push(event.detail), { once: true });
  button.click();
  expect(asked).toEqual([{ callId: 'call-1', kind: 'one_to_one', accid, media: 'audio' }]);
});

test('press on a group call names it, so that all can be called again in the same group', async () => {
  const bubble = document.createElement('hullo-record');
  const group: CallSummary = { ...summary, kind: 'group', people: 3, groupId: 'team-7' };
  Object.assign(bubble, { summary: group, me: 'alice', lang: 'en', directory: { bob: { name: 'Bob' } } });
  document.body.append(bubble);
  await bubble.updateComplete;
  const asked: Redial[] = [];
  document.body.addEventListener('hullo-redial', (event) => asked.push(event.detail), { once: true });
  const button = bubble.shadowRoot?.querySelector('button');
  expect(button?.textContent).toContain('with Bob and 1 other');
  button?.click();
  expect(asked).toEqual([
    { callId: 'call-1', kind: 'group', accid: 'bob', media: 'audio', groupId: 'team-7' },
  ]);
});
