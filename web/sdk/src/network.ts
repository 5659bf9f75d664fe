// When the network may have changed under us.

/** `navigator.connection`, where the browser has it (https://wicg.github.io/netinfo/). */
interface NetworkInformation extends EventTarget {
  readonly type?: string;
}

/**
 * Calls `changed` when the platform says that the network is gone, back or another one, or when the page comes back from
 * a sleep in which connections may have died unnoticed.
 */
export function observeNetwork(changed: () => void): void {
  globalThis.addEventListener?.('online', changed);
  // A socket over a network that is gone dies late, or not at all: it is put to the proof at once.
  globalThis.addEventListener?.('offline', changed);
  observeType(changed);
  observeSleep(changed);
}

/** Wi-Fi to mobile and back. Estimates of speed also fire `change` and mean nothing here. */
function observeType(changed: () => void): void {
  const { connection } = globalThis.navigator as Navigator & { connection?: NetworkInformation };
  let type = connection?.type;
  connection?.addEventListener('change', () => {
    if (connection.type === type) return;
    type = connection.type;
    changed();
  });
}

/** How often to look at the clock. */
const TICK_MS = 5_000;
/** A gap between two looks that means sleep. Browsers slow the timers of hidden pages down to one a minute. */
const GAP_MS_MAX = { visible: 15_000, hidden: 75_000 };

/** A machine that slept, or a page that was frozen, has missed what happened to its connections. */
function observeSleep(changed: () => void): void {
  const page = globalThis.document;
  let lookedAt = Date.now();
  let wasHidden = page?.visibilityState === 'hidden';
  const look = () => {
    const gapMs = Date.now() - lookedAt;
    const gapMsMax = wasHidden ? GAP_MS_MAX.hidden : GAP_MS_MAX.visible;
    lookedAt = Date.now();
    wasHidden = page?.visibilityState === 'hidden';
    if (gapMs > gapMsMax) changed();
  };
  setInterval(look, TICK_MS);
  page?.addEventListener('visibilitychange', look);
}
