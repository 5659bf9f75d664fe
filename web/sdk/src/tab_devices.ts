// Which device each client is. A tab is a device: it stays the same through a reload, and its copy is another one. The newest
// client of a page is that device, and an older one that is destroyed or not signed in does not matter. Those that are signed
// in at the same time are devices of their own, each with the id of its place in their order, so that a page that does the
// same after a reload finds the same ids.

/** What a client has of the ids of its tab. */
export interface DeviceIdentity {
  /** The id that the client has while it is signed in; before, the one that it would have now. */
  readonly id: string;
  /** Takes the id until it is given back: another client of the page gets another one. */
  take(): string;
  /** Gives the id back to the page. The client may take one again. */
  giveBack(): void;
  /** The client is gone. Resolves when the id is free for other pages. */
  leave(): Promise<void>;
}

/** A device that the app has named. */
export function namedDevice(id: string): DeviceIdentity {
  return { id, take: () => id, giveBack: () => {}, leave: async () => {} };
}

/** The identity of a new client of this page. */
export function deviceOfTab(appKey: string): Promise<DeviceIdentity> {
  const apps = appsOfPage();
  const devices = apps.get(appKey) ?? new TabDevices(appKey);
  apps.set(appKey, devices);
  return devices.join();
}

/** One for the page, also where two bundles each bring an SDK of their own. */
function appsOfPage(): Map<string, TabDevices> {
  const page = globalThis as { [key: symbol]: Map<string, TabDevices> | undefined };
  const key = Symbol.for('@hullo/sdk: devices of the tab');
  const apps = page[key] ?? new Map<string, TabDevices>();
  page[key] = apps;
  return apps;
}

/** An id that this page holds. */
interface HeldId {
  readonly id: string;
  /** The client that has it. */
  owner: object | undefined;
  /** Resolves when other pages can have it. */
  release(): Promise<void>;
}

/** The ids of one app in this tab. Invariant: between two claims there are as many as there are clients, so that `take()` never waits. */
class TabDevices {
  readonly #storageKey: string;
  /** By their place in the order. */
  readonly #held = new Map<number, HeldId>();
  readonly #clients = new Set<object>();
  /** Claims are made one after the other: who came first has its id first. */
  #claims: Promise<void> = Promise.resolve();

  constructor(appKey: string) {
    this.#storageKey = `hullo:device:${appKey}`;
  }

  async join(): Promise<DeviceIdentity> {
    const client = {};
    this.#clients.add(client);
    await this.#claimForAll().catch((error: unknown) => {
      this.#clients.delete(client);
      throw error;
    });
    const choose = () => this.#heldBy(client) ?? this.#freeFor(client);
    let last: string | undefined;
    const giveBack = () => {
      const held = this.#heldBy(client);
      if (held) held.owner = undefined;
    };
    return {
      get id() {
        return last ?? choose().id;
      },
      take: () => {
        const held = choose();
        held.owner = client;
        return held.id;
      },
      giveBack,
      leave: async () => {
        last ??= choose().id;
        giveBack();
        this.#clients.delete(client);
        await this.#trim();
      },
    };
  }

  #claimForAll(): Promise<void> {
    const claim = async () => {
      while (this.#held.size < this.#clients.size) {
        const place = this.#places().find((one) => !this.#held.has(one)) ?? 0;
        this.#held.set(place, await holdId(place === 0 ? this.#storageKey : `${this.#storageKey}:${place}`));
      }
      await this.#trim();
    };
    // One that has failed is no reason for the next to fail.
    this.#claims = this.#claims.catch(() => {}).then(claim);
    return this.#claims;
  }

  /** Lets go of the last ids that nobody needs. */
  async #trim(): Promise<void> {
    const released: Promise<void>[] = [];
    for (const place of this.#places().reverse()) {
      const held = this.#held.get(place);
      if (this.#held.size <= this.#clients.size || !held || held.owner) continue;
      this.#held.delete(place);
      released.push(held.release());
    }
    await Promise.all(released);
  }

  /** In order; there is one more than there are ids. */
  #places(): number[] {
    const count = Math.max(-1, ...this.#held.keys()) + 2;
    return Array.from({ length: count }, (_, place) => place);
  }

  #heldBy(client: object): HeldId | undefined {
    return [...this.#held.values()].find(({ owner }) => owner === client);
  }

  /**
   * The first that nobody has, with one left for each newer client: a framework that makes a client twice throws the older
   * one away, and which of them signs in first is chance.
   */
  #freeFor(client: object): HeldId {
    const free = this.#places().flatMap((place) => this.#held.get(place) ?? []);
    const clients = [...this.#clients];
    const newer = clients.slice(clients.indexOf(client) + 1).filter((one) => !this.#heldBy(one));
    const held = free
      .filter(({ owner }) => !owner)
      .slice(0, newer.length + 1)
      .at(-1);
    if (!held) throw new Error('a client that has left asks for its device id');
    return held;
  }
}

/** Holds the id that is kept under `key`, or a new one where another page has that. */
async function holdId(key: string): Promise<HeldId> {
  const kept = read(key);
  const release = kept === undefined ? undefined : await hold(kept);
  if (kept !== undefined && release) return { id: kept, owner: undefined, release };
  const id = crypto.randomUUID?.() ?? randomId();
  write(key, id);
  return { id, owner: undefined, release: (await hold(id)) ?? (async () => {}) };
}

/** How long the page that a reload replaces may take to let go of its lock. */
const CLAIM_MS_MAX = 500;

/**
 * Takes an id for this page; undefined when another page has it. `sessionStorage` outlives a reload and is copied with a
 * duplicated tab: the lock tells the copy from the original.
 */
function hold(id: string): Promise<(() => Promise<void>) | undefined> {
  // Locks need a secure context; without them a duplicated tab replaces the original's session, and nothing worse.
  const locks = globalThis.navigator?.locks;
  if (!locks) return Promise.resolve(async () => {});
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(CLAIM_MS_MAX);
    const over: Promise<unknown> = locks
      .request(`hullo-device-${id}`, { signal }, () => {
        // Held until it is released; the browser does that when the page is gone.
        return new Promise<void>((release) => {
          resolve(async () => {
            release();
            await over;
          });
        });
      })
      .catch(() => resolve(undefined));
  });
}

/** `crypto.randomUUID` needs a secure context; `getRandomValues` does not. */
function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

// Storage may be forbidden (a sandboxed frame): then the device is new with each load.

function read(key: string): string | undefined {
  try {
    return sessionStorage.getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
}

function write(key: string, id: string): void {
  try {
    sessionStorage.setItem(key, id);
  } catch {}
}
