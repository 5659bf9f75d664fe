// What an app decides about the call surface: whom one can invite, its words, its direction.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Bench } from './surface.ts';

let bench: Bench;

beforeEach(async () => {
  bench = new Bench();
  await bench.settle();
});

afterEach(() => bench.surface.remove());

describe('people to invite', () => {
  test('are offered where the app knows some', async () => {
    await bench.lead('video');
    expect(bench.part('invite-button')).toBeDefined();
  });

  test.each([
    ['a function as directory', () => undefined, undefined],
    ['no contacts', { bob: { name: 'Bob' } }, []],
    ['nobody but oneself', { Alice: { name: 'Alice' } }, undefined],
  ] as const)('are not offered with %s', async (_what, directory, contacts) => {
    Object.assign(bench.surface, { directory, contacts });
    for (const state of ['voice', 'video', 'group-4']) {
      await bench.lead(state);
      expect(bench.part('invite-button'), state).toBeUndefined();
    }
    await bench.press('members-button');
    expect(bench.part('member-list-invite')).toBeUndefined();
  });

  test('are picked by the app itself where it wants to', async () => {
    Object.assign(bench.surface, { contacts: [], pickPeople: async () => ['carol', 'dave'] });
    await bench.lead('video');
    await bench.press('invite-button');
    expect(bench.part('invite-sheet')).toBeUndefined();
    expect(bench.client.asked).toEqual(['invite carol dave']);
  });

  test('are nobody when the app picks nobody', async () => {
    bench.surface.pickPeople = () => [];
    await bench.lead('video');
    await bench.press('invite-button');
    expect(bench.client.asked).toEqual([]);
  });
});

describe('the app’s words', () => {
  test('are on the screens, in the direction of their language', async () => {
    bench.surface.lang = 'he';
    bench.surface.texts = { 'control.reject': 'דחייה' };
    await bench.lead('incoming-voice');
    expect(bench.words('hullo-reject')).toBe('דחייה');
    expect(bench.words('hullo-accept')).toBe('Accept');
    const surface = bench.part('hullo-surface');
    expect([surface?.lang, surface?.dir]).toEqual(['he', 'rtl']);
  });

  test('are in what is said at the end', async () => {
    bench.surface.texts = { 'end.noAnswer': '{name} is away' };
    await bench.lead('end-no-answer');
    expect(bench.words('hullo-notice')).toContain('Bob is away');
  });
});

describe('calling again', () => {
  test('calls the other one, with the same media', async () => {
    await bench.surface.redial({ callId: 'past-1', kind: 'one_to_one', accid: 'bob', media: 'audio' });
    expect(bench.client.asked).toEqual(['call bob audio']);
  });

  test('calls everybody else of a group call', async () => {
    await bench.surface.redial({ callId: 'past-1', kind: 'group', accid: 'bob', media: 'video' });
    expect(bench.client.asked).toEqual(['record past-1', 'group call bob carol dave video']);
  });
});

test('theme auto follows the system', async () => {
  bench.surface.theme = 'auto';
  await bench.settle();
  expect(bench.surface.getAttribute('theme')).toBe('auto');
});
