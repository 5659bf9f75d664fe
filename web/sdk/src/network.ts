// When the network may have changed under us.

/** `navigator.connection`, where the browser has it (https://wicg.github.io/netinfo/). */
interface NetworkInformation extends EventTarget {
  readonly type?: string;
}

/**
 * Calls `changed` when the platform says that the network is gone, back or another one, or when the page comes back from
 * a sleep in which connections may have died unnoticed; until `signal` says that it is over.
 */
export function observeNetwork(changed: () => void, signal: AbortSignal): void {
  globalThis.addEventListener?.('online', changed, { signal });
  // A socket over a network that is gone dies late, or not at all: it is put to the proof at once.
  globalThis.addEventListener?.('offline', changed, { signal });
  observeType(changed, signal);
  observeSleep(changed, signal);
}

/** Wi-Fi to mobile and back. Estimates of speed also fire `change` and mean nothing here. */
function observeType(changed: () => void, signal: AbortSignal): void {
  const { connection } = globalThis.navigator as Navigator & { connection?: NetworkInformation };
  let type = connection?.type;
  const look = () => {
    if (connection?.type === type) return;
    type = connection?.type;
    changed();
  };
  connection?.addEventListener('change', look, { signal });
}

/** How often to look at the clock. */
const TICK_MS = 5_000;
/** A gap between two looks that means sleep. Browsers slow the timers of hidden pages down to one a minute. */
const GAP_MS_MAX = { visible: 15_000, hidden: 75_000 };

/** A machine that slept, or a page that was frozen, has missed what happened to its connections. */
function observeSleep(changed: () => void, signal: AbortSignal): void {
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
  const timer = setInterval(look, TICK_MS);
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  page?.addEventListener('visibilitychange', look, { signal });
}
