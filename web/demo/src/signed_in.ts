// A signed-in person: the client, the people around, who is there, and the conversations.

import type { SessionClosed } from '@hullo/sdk';
import { Hullo } from '@hullo/sdk';
import type { Directory } from '@hullo/ui';
import { type DemoAccount, fetchLogin, roomTokensOf } from './backend.ts';
import { Conversations } from './conversations.ts';

declare global {
  interface Window {
    /** The client of this page, for the console. */
    hullo?: Hullo;
  }
}

/** Everything that the page draws once someone is signed in. */
export class SignedIn {
  readonly online = new Set<string>();
  readonly conversations: Conversations;
  /** The connection is being restored. */
  reconnecting = false;
  /** Why the session is over, once it is. */
  closed: SessionClosed | undefined;

  private constructor(
    readonly client: Hullo,
    readonly me: string,
    readonly accounts: readonly DemoAccount[],
    private readonly changed: () => void,
  ) {
    this.conversations = new Conversations(client, changed);
    this.#listen();
  }

  /** Signs `accid` in. Rejects when the backend or the server refuses. */
  static async open(accid: string, accounts: readonly DemoAccount[], changed: () => void): Promise<SignedIn> {
    const login = await fetchLogin(accid);
    const client = await Hullo.create({
      appKey: login.app_key,
      // Beside the page, which may lie under a path of a proxy.
      server: new URL('.', location.href).href,
      tokenProvider: async () => (await fetchLogin(accid)).token,
      ...(login.secure ? { tokenHandler: roomTokensOf(accid) } : {}),
    });
    window.hullo = client;
    // Listens before the login: a call that rings already is announced with it.
    const signedIn = new SignedIn(client, login.accid, accounts, changed);
    await client.login(login.accid, login.token);
    void signedIn.#begin();
    return signedIn;
  }

  /** Everyone else. */
  get others(): readonly DemoAccount[] {
    return this.accounts.filter((account) => account.accid !== this.me);
  }

  get directory(): Directory {
    return Object.fromEntries(this.accounts.map((account) => [account.accid, account]));
  }

  async close(): Promise<void> {
    await this.client.logout().catch(() => undefined);
    delete window.hullo;
  }

  async #begin(): Promise<void> {
    const accids = this.others.map((account) => account.accid);
    await this.#watch(accids);
  }

  async #watch(accids: string[]): Promise<void> {
    try {
      for (const { accid, online } of await this.client.watchPresence(accids)) this.#mark(accid, online);
    } catch (error) {
      // The page works without; the client watches again after it has reconnected.
      console.warn('presence cannot be watched', error);
    }
  }

  #listen(): void {
    const { client } = this;
    client.on('messageAdded', ({ message }) => this.conversations.add(message));
    client.on('presenceChanged', ({ presence }) => this.#mark(presence.accid, presence.online));
    client.on('connectionChanged', ({ connected, why }) =>
      this.#become({ reconnecting: !connected && !!why }),
    );
    client.on('disconnect', ({ reason }) => this.#become({ closed: reason, reconnecting: false }));
  }

  #become(change: Partial<Pick<SignedIn, 'reconnecting' | 'closed'>>): void {
    Object.assign(this, change);
    this.changed();
  }

  #mark(accid: string, online: boolean): void {
    if (online) this.online.add(accid);
    else this.online.delete(accid);
    this.changed();
  }
}
