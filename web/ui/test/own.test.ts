// What an app decides about the call surface: whom one can invite, its words, its direction.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { states } from '../gallery/states.ts';
import { type Texts, texts } from '../src/texts.ts';
import { Bench, everything } from './surface.ts';

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

/** A language that is all there, in letters that run from right to left. */
const pseudo = Object.fromEntries(
  Object.entries(texts.en).map(([key, words]) => [
    key,
    words.replace(/\{\w+\}|[A-Za-z]/g, (part) =>
      part.length > 1 ? part : 'אבגדהוזחטיכלמנסעפצקרשת'.charAt(part.charCodeAt(0) % 22),
    ),
  ]),
) as unknown as Texts;

describe('a language of the app', () => {
  const people = [...'alice bob carol dave erin frank grace'.split(' ')];

  test.each(Object.keys(states).filter((state) => !/devices|own-|group-(16|23)/.test(state)))(
    'is all that is said in %s, from right to left',
    async (state) => {
      bench.surface.lang = 'he';
      bench.surface.texts = pseudo;
      bench.surface.directory = (accid) => ({ name: people.includes(accid) ? 'נועה' : 'דן' });
      await bench.lead(state);
      const said = everything(bench.surface)
        .flatMap((element) => [
          element.getAttribute('aria-label') ?? '',
          element.getAttribute('title') ?? '',
          ...[...element.childNodes].map((node) =>
            node.nodeType === Node.TEXT_NODE ? (node.textContent ?? '') : '',
          ),
        ])
        .join(' ');
      expect(said).toMatch(/[א-ת]/);
      expect(said.match(/[A-Za-z]{2,}/g) ?? []).toEqual([]);
      expect(bench.surface.shadowRoot?.querySelector('[dir]')?.getAttribute('dir')).toBe('rtl');
    },
  );
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

describe('sound that the browser blocks', () => {
  const changes: boolean[] = [];

  beforeEach(() => {
    changes.length = 0;
    bench.surface.addEventListener('hullo-sound-blocked', ({ detail }) => changes.push(detail.blocked));
  });

  test('is told of the ring, said on the screen, and over with a press', async () => {
    let blocked = true;
    const ring = Object.assign(document.createElement('audio'), {
      play: async () => {
        if (blocked) throw new DOMException('no gesture', 'NotAllowedError');
      },
    });
    bench.surface.tones = { ring };
    await bench.lead('incoming-voice');
    await vi.waitFor(() => expect(changes).toEqual([true]));
    await bench.settle();
    expect(bench.words('hullo-tone-blocked')).toBe('Press to hear the call');
    blocked = false;
    await bench.surface.startSound();
    await vi.waitFor(() => expect(changes).toEqual([true, false]));
    await bench.settle();
    expect(bench.part('hullo-tone-blocked')).toBeUndefined();
  });

  test('is told of the others’ sound, too', async () => {
    await bench.lead('voice');
    bench.client.soundBlocked = true;
    bench.client.emit('soundBlocked', { blocked: true });
    await bench.settle();
    expect(changes).toEqual([true]);
    expect(bench.surface.soundBlocked).toBe(true);
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

test('theme is on the element, where its styles look for it', async () => {
  for (const theme of ['dark', 'light', 'auto'] as const) {
    bench.surface.theme = theme;
    await bench.settle();
    expect(bench.surface.getAttribute('theme')).toBe(theme);
  }
});

test('what the app leaves out is not on the outgoing screen, and its key does nothing', async () => {
  bench.surface.controls = ['devices'];
  await bench.lead('outgoing-video');
  expect(bench.part('hullo-cancel')).toBeDefined();
  expect(bench.part('hullo-mute-audio')).toBeUndefined();
  expect(bench.part('hullo-mute-video')).toBeUndefined();
  for (const key of ['m', 'v'])
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
  await bench.settle();
  expect(bench.client.asked).toEqual([]);
});
