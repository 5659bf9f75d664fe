// Which device this tab is: one for each tab, the same after a reload.

const KEY = 'hullo:device';

/**
 * The tab's device id. It is kept in `sessionStorage`, which a reload keeps and which a duplicated tab copies; a lock
 * that lives as long as the page tells the copy from the original.
 */
export async function deviceIdOfTab(): Promise<string> {
  const kept = read();
  if (kept !== undefined && (await claim(kept))) return kept;
  const fresh = crypto.randomUUID?.() ?? randomId();
  write(fresh);
  await claim(fresh);
  return fresh;
}

/** How long the page that a reload replaces may take to let go of its lock. */
const CLAIM_MS_MAX = 500;

/** Takes the id for the life of this page; false when another page has it. */
function claim(id: string): Promise<boolean> {
  // Locks need a secure context; without them a duplicated tab replaces the original's session, and nothing worse.
  const locks = globalThis.navigator?.locks;
  if (!locks) return Promise.resolve(true);
  return new Promise((resolve) => {
    const hold = () => {
      resolve(true);
      // Never settles: the browser releases the lock when the page is gone.
      return new Promise<never>(() => {});
    };
    locks
      .request(`hullo-device-${id}`, { signal: AbortSignal.timeout(CLAIM_MS_MAX) }, hold)
      .catch(() => resolve(false));
  });
}

/** `crypto.randomUUID` needs a secure context; `getRandomValues` does not. */
function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

// Storage may be forbidden (a sandboxed frame): then the device is new with each load.

function read(): string | undefined {
  try {
    return sessionStorage.getItem(KEY) ?? undefined;
  } catch {
    return undefined;
  }
}

function write(id: string): void {
  try {
    sessionStorage.setItem(KEY, id);
  } catch {}
}
