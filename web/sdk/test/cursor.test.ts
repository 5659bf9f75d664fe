// How far a device has been told of messages survives a reload, per account and whatever storage does.
import { expect, test } from 'vitest';
import { Cursors, type KeyValues } from '../src/cursor.ts';

function memory(): KeyValues {
  const values = new Map<string, string>();
  return {
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
  };
}

test('cursor is kept for each account, in whatever case it is written', () => {
  const storage = memory();
  const before = new Cursors(storage, 'demo', { id: 'tab' });
  expect(before.of('alice')).toBeUndefined();
  before.keep('Alice', 41);
  before.keep('bob', 7);
  const after = new Cursors(storage, 'demo', { id: 'tab' });
  expect([after.of('alice'), after.of('BOB')]).toEqual([41, 7]);
});

test('another device or app has none of it', () => {
  const storage = memory();
  new Cursors(storage, 'demo', { id: 'tab' }).keep('alice', 41);
  expect(new Cursors(storage, 'demo', { id: 'other' }).of('alice')).toBeUndefined();
  expect(new Cursors(storage, 'shop', { id: 'tab' }).of('alice')).toBeUndefined();
});

test('what is no number counts as nothing, and so does storage that may not be used', () => {
  const storage = memory();
  storage.setItem('hullo:cursor:demo:tab:alice', 'yesterday');
  expect(new Cursors(storage, 'demo', { id: 'tab' }).of('alice')).toBeUndefined();
  const forbidden: KeyValues = {
    getItem: () => {
      throw new DOMException('no', 'SecurityError');
    },
    setItem: () => {
      throw new DOMException('full', 'QuotaExceededError');
    },
  };
  const cursors = new Cursors(forbidden, 'demo', { id: 'tab' });
  expect(() => cursors.keep('alice', 1)).not.toThrow();
  expect(cursors.of('alice')).toBeUndefined();
});
