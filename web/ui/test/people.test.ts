import type { Call } from '@hullo/sdk';
import { describe, expect, test } from 'vitest';
import { coloursOf, contactsOf, directoryWith, initialsOf, personOf } from '../src/people.ts';

test.each([
  ['Alice', 'A'],
  ['Alice Liddell', 'AL'],
  ['anna maria von trapp', 'AT'],
  ['dave_smith@example.com', 'DC'],
  ['王小明', '小明'],
  ['李', '李'],
  ['😀 Smile', '😀S'],
  ['  ', '?'],
])('initials of "%s" are %s', (name, initials) => {
  expect(initialsOf(name)).toBe(initials);
});

test('account keeps its colours, and the accounts of the demo differ', () => {
  expect(coloursOf('alice')).toEqual(coloursOf('alice'));
  expect(new Set(['alice', 'bob', 'carol', 'dave'].map((accid) => coloursOf(accid)[0])).size).toBe(4);
});

test('account without a name is shown by its accid', () => {
  expect(personOf('bob', undefined)).toEqual({ accid: 'bob', name: 'bob' });
  expect(personOf('bob', { bob: { name: ' ' } })).toEqual({ accid: 'bob', name: 'bob' });
  expect(personOf('bob', (accid) => ({ name: accid.toUpperCase(), avatar: '/b.png' }))).toEqual({
    accid: 'bob',
    name: 'BOB',
    avatar: '/b.png',
  });
});

test('account is shown as the call says, unless the app says otherwise', () => {
  const call = {
    participants: [
      { accid: 'bob', name: 'Bob', avatar: '/bob.png' },
      { accid: 'carol', name: 'Carol' },
    ],
  } as unknown as Call;
  const shown = (accid: string) =>
    personOf(accid, directoryWith({ carol: { name: 'Caro' }, bob: { avatar: null } }, [undefined, call]));
  expect(shown('bob')).toEqual({ accid: 'bob', name: 'Bob' });
  expect(shown('carol').name).toBe('Caro');
  expect(shown('dave').name).toBe('dave');
  expect(personOf('bob', directoryWith(undefined, [call])).avatar).toBe('/bob.png');
});

/** Contrast of white on a colour (WCAG 2.1). */
function contrastWithWhite(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 1.05 / (0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05);
}

test('white initials can be read on every avatar: large text, 3 to 1', () => {
  for (let account = 0; account < 200; account += 1) {
    const [light, deep] = coloursOf(`account-${account}`);
    // The letters stand between the two ends.
    expect((contrastWithWhite(light) + contrastWithWhite(deep)) / 2, light).toBeGreaterThan(3);
    expect(contrastWithWhite(light), light).toBeGreaterThan(2.6);
  }
});

describe('an accid in another case', () => {
  test('is the same account in a directory, record or function', () => {
    expect(personOf('Bob', { bob: { name: 'Bob B.' } }).name).toBe('Bob B.');
    expect(personOf('bob', { Bob: { name: 'Bob B.' } }).name).toBe('Bob B.');
    expect(personOf('Bob', (accid) => (accid === 'bob' ? { name: 'Bob B.' } : undefined)).name).toBe(
      'Bob B.',
    );
  });

  test('is the same account in a call', () => {
    const call = { participants: [{ accid: 'bob', name: 'Bob B.' }] } as unknown as Call;
    expect(personOf('BOB', directoryWith(undefined, [call])).name).toBe('Bob B.');
  });

  test('has the same colours, and is one contact', () => {
    expect(coloursOf('Bob')).toEqual(coloursOf('bob'));
    expect(contactsOf(undefined, ['Bob', 'bob', 'carol']).map(({ accid }) => accid)).toEqual([
      'bob',
      'carol',
    ]);
  });
});
