// What the page asks of the demo's backend, which stands for the customer's own: accounts, a login token, room tokens.
import type { TokenHandler } from '@hullo/sdk';

/** An account of the demo. */
export interface DemoAccount {
  readonly accid: string;
  readonly name: string;
  readonly avatar: string | null;
  /** It is Echo, which answers by itself and sends back what it is sent: nobody signs in as it. */
  readonly echo: boolean;
}

/** What a person needs to sign in. */
export interface DemoLogin {
  readonly app_key: string;
  readonly accid: string;
  readonly name: string;
  readonly avatar: string | null;
  readonly token: string;
  readonly secure: boolean;
}

async function fetchJson<T>(path: string, query: Record<string, string> = {}): Promise<T> {
  const search = new URLSearchParams(query).toString();
  const response = await fetch(search ? `${path}?${search}` : path, { cache: 'no-store' });
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return (await response.json()) as T;
}

/** Everyone who can be picked. */
export async function fetchAccounts(): Promise<readonly DemoAccount[]> {
  return (await fetchJson<{ accounts: DemoAccount[] }>('demo/accounts.json')).accounts;
}

/** A login for `accid`, as an app's own backend gives it to someone it knows. */
export function fetchLogin(accid: string): Promise<DemoLogin> {
  return fetchJson('demo/session.json', { accid });
}

/** Asks the backend for room tokens, for an app in secure mode. */
export function roomTokensOf(accid: string): TokenHandler {
  return async (uid, callId) =>
    (await fetchJson<{ token: string }>('demo/room-token', { accid, call_id: callId, uid: String(uid) }))
      .token;
}
