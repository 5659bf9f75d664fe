// Why there is no connection: what a page can know of it, and that it asks once for each outage.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Connection } from '../src/connection.ts';
import { flushMicrotasks } from './fakes.ts';

const ADDRESS = 'wss://calls.example.com/v1/ws';

let asked: string[];
let answer: () => Promise<{ status: number }>;
let told: (string | undefined)[];
let connection: Connection;

beforeEach(() => {
  asked = [];
  told = [];
  answer = () => Promise.reject(new TypeError('Failed to fetch'));
  vi.stubGlobal('navigator', { onLine: true });
  vi.stubGlobal('fetch', (address: string) => {
    asked.push(address);
    return answer();
  });
  connection = new Connection(ADDRESS, { isSignedIn: () => false, changed: ({ why }) => told.push(why) });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

describe('a connection that is not there', () => {
  test('was lost, if it was open before, and nobody else is asked', () => {
    connection.closed(true);
    expect([told, asked]).toEqual([['lost'], []]);
  });

  test('has no network where the machine says so', () => {
    vi.stubGlobal('navigator', { onLine: false });
    connection.closed(false);
    expect([told, asked]).toEqual([['offline'], []]);
  });

  test('is unreachable where nobody answers by HTTP either', async () => {
    connection.closed(false);
    await flushMicrotasks();
    expect([told.at(-1), asked]).toEqual(['unreachable', ['https://calls.example.com/v1/ws']]);
  });

  test.each([
    // Of another origin the status is hidden.
    [0, 'refused'],
    [404, 'refused'],
    [429, 'too_many_attempts'],
    [503, 'server_busy'],
  ])('is answered by %i, which means %s', async (status, why) => {
    answer = async () => ({ status });
    connection.closed(false);
    await flushMicrotasks();
    expect(told).toEqual(['unreachable', why]);
  });

  test('is asked about once for each outage', async () => {
    answer = async () => ({ status: 404 });
    for (let attempt = 0; attempt < 3; attempt += 1) {
      connection.closed(false);
      await flushMicrotasks();
    }
    expect([asked.length, connection.why]).toEqual([1, 'refused']);
    connection.follow({ connected: true });
    connection.follow({ connected: false });
    expect(connection.why).toBeUndefined();
    connection.closed(false);
    await flushMicrotasks();
    expect(asked).toHaveLength(2);
  });

  test('that is there again before the answer is not called into question', async () => {
    answer = async () => ({ status: 404 });
    connection.closed(false);
    connection.follow({ connected: true });
    await flushMicrotasks();
    expect(connection.why).toBeUndefined();
  });
});

test('the developer reads the address and the reason', () => {
  const error = { code: 415, kind: 'no_connection', message: 'none' } as const;
  expect(connection.refusal(error).message).toBe(`there is no connection to ${ADDRESS}`);
  connection.closed(true);
  expect(connection.refusal(error)).toMatchObject({ why: 'lost', message: /v1\/ws: it was lost/ });
  expect(connection.refusal({ ...error, kind: 'timeout' })).toMatchObject({
    why: undefined,
    message: 'none',
  });
});
