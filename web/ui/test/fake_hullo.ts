// A stand-in for the client of @hullo/sdk, for what is built upon it.
import { vi } from 'vitest';

/** Has a private field, as the real one: a proxy around it throws. */
export class FakeHullo {
  static readonly made: FakeHullo[] = [];
  /** What has happened, in order. */
  static readonly log: string[] = [];
  /** What the next `create()` or `login()` rejects with. */
  static failure: Error | undefined;

  tokenProvider: unknown;
  tokenHandler: unknown;
  account: { accid: string } | undefined;
  connected = false;
  state = 'idle';
  current: unknown;
  local = {};
  elsewhere: unknown[] = [];
  readonly logins: [string, string | undefined][] = [];
  readonly destroy = vi.fn(async () => {
    FakeHullo.log.push('destroy');
  });
  readonly #listeners = new Map<string, Set<(detail: unknown) => void>>();

  static async create(options: object): Promise<FakeHullo> {
    FakeHullo.throwFailure();
    const client = Object.assign(new FakeHullo(), { options });
    FakeHullo.made.push(client);
    FakeHullo.log.push('create');
    return client;
  }

  static throwFailure(): void {
    const { failure } = FakeHullo;
    FakeHullo.failure = undefined;
    if (failure) throw failure;
  }

  get accid(): string | undefined {
    return this.account?.accid;
  }

  async login(accid: string, token?: string): Promise<object> {
    this.logins.push([accid, token]);
    FakeHullo.throwFailure();
    this.account = { accid };
    this.connected = true;
    return this.account;
  }

  on(event: string, listener: (detail: unknown) => void): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  emit(event: string, detail: unknown = {}): void {
    for (const listener of this.#listeners.get(event) ?? []) listener(detail);
  }
}
