// Why there is no connection: what a page can know of it, and that it asks once for each outage.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ConnectionDiagnosis, explainFailure } from '../src/connection.ts';
import { flushMicrotasks } from './fakes.ts';

const ADDRESS = 'wss://calls.example.com/v1/ws';

let asked: string[];
let answer: () => Promise<{ status: number }>;
let told: (string | undefined)[];
let diagnosis: ConnectionDiagnosis;

beforeEach(() => {
  asked = [];
  told = [];
  answer = () => Promise.reject(new TypeError('Failed to fetch'));
  vi.stubGlobal('navigator', { onLine: true });
  vi.stubGlobal('fetch', (address: string) => {
    asked.push(address);
    return answer();
  });
  diagnosis = new ConnectionDiagnosis(ADDRESS, () => told.push(diagnosis.why));
});
afterEach(() => {
  vi.unstubAllGlobals();
});

describe('a connection that is not there', () => {
  test('was lost, if it was open before, and nobody else is asked', () => {
    diagnosis.closed(true);
    expect([told, asked]).toEqual([['lost'], []]);
  });

  test('has no network where the machine says so', () => {
    vi.stubGlobal('navigator', { onLine: false });
    diagnosis.closed(false);
    expect([told, asked]).toEqual([['offline'], []]);
  });

  test('is unreachable where nobody answers by HTTP either', async () => {
    diagnosis.closed(false);
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
    diagnosis.closed(false);
    await flushMicrotasks();
    expect(told).toEqual(['unreachable', why]);
  });

  test('is asked about once for each outage', async () => {
    answer = async () => ({ status: 404 });
    for (let attempt = 0; attempt < 3; attempt += 1) {
      diagnosis.closed(false);
      await flushMicrotasks();
    }
    expect([asked.length, diagnosis.why]).toEqual([1, 'refused']);
    diagnosis.reset();
    expect(diagnosis.why).toBeUndefined();
    diagnosis.closed(false);
    await flushMicrotasks();
    expect(asked).toHaveLength(2);
  });

  test('that is there again before the answer is not called into question', async () => {
    answer = async () => ({ status: 404 });
    diagnosis.closed(false);
    diagnosis.reset();
    await flushMicrotasks();
    expect(diagnosis.why).toBeUndefined();
  });
});

test('the developer reads the address and the reason', () => {
  expect(explainFailure(ADDRESS, 'refused')).toMatch(/wss:\/\/calls\.example\.com\/v1\/ws: .*proxy/);
  expect(explainFailure(ADDRESS, undefined)).toBe(`there is no connection to ${ADDRESS}`);
});
