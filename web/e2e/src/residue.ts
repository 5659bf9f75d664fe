// What is left over in a page: live connections, tracks, sockets, listeners, timers, locks, and memory.
import type { Page } from 'playwright-core';

/** What a page has open. */
export interface Residue {
  connections: number;
  tracks: number;
  sockets: number;
  listeners: number;
  intervals: number;
  contexts: number;
  locks: number;
}

type Counter = () => number;

declare global {
  interface Window {
    openNow(): Promise<Residue>;
    counters: Record<string, Counter>;
  }
}

// The functions below run in the page before its first script, with nothing of the test around them.

function countObjects(): void {
  const count = <T extends object>(isOpen: (one: T) => boolean) => {
    const made: WeakRef<T>[] = [];
    const open = () => made.flatMap((ref) => ref.deref() ?? []).filter(isOpen).length;
    return { add: (one: T) => void made.push(new WeakRef(one)), open };
  };
  const connections = count<RTCPeerConnection>((one) => one.connectionState !== 'closed');
  const sockets = count<WebSocket>((one) => one.readyState <= WebSocket.OPEN);
  const contexts = count<AudioContext>((one) => one.state !== 'closed');
  const tracks = count<MediaStreamTrack>((one) => one.readyState === 'live');
  const Connection = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Connection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      connections.add(this);
    }
  };
  const Socket = window.WebSocket;
  window.WebSocket = class extends Socket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      sockets.add(this);
    }
  };
  const Context = window.AudioContext;
  window.AudioContext = class extends Context {
    constructor(options?: AudioContextOptions) {
      super(options);
      contexts.add(this);
    }
  };
  const media = navigator.mediaDevices;
  const open = media.getUserMedia.bind(media);
  media.getUserMedia = async (constraints) => {
    const stream = await open(constraints);
    for (const track of stream.getTracks()) tracks.add(track);
    return stream;
  };
  window.counters = {
    connections: connections.open,
    tracks: tracks.open,
    sockets: sockets.open,
    contexts: contexts.open,
  };
}

/** Of what lives as long as the page: an element that is gone takes its listeners with it. */
function countListeners(): void {
  const { connection } = navigator as Navigator & { connection?: EventTarget };
  const lasting = new Set<unknown>([window, document, navigator.mediaDevices, connection]);
  const held = new Set<readonly [target: unknown, type: string, listener: unknown, capture: boolean]>();
  const captures = (options?: boolean | EventListenerOptions) =>
    typeof options === 'object' ? !!options.capture : !!options;
  const find = (...wanted: [unknown, string, unknown, boolean]) =>
    [...held].find((known) => wanted.every((part, index) => part === known[index]));
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  EventTarget.prototype.addEventListener = function (type, listener, options) {
    const target = this ?? window;
    const key = [target, type, listener, captures(options)] as const;
    if (lasting.has(target) && listener && !find(...key)) {
      held.add(key);
      const { signal, once } = typeof options === 'object' ? options : {};
      const forget = () => held.delete(key);
      if (signal) addEventListener.call(signal, 'abort', forget, { once: true });
      if (once) addEventListener.call(target, type, forget, { once: true, capture: key[3] });
    }
    return addEventListener.call(target, type, listener, options);
  };
  EventTarget.prototype.removeEventListener = function (type, listener, options) {
    const target = this ?? window;
    const known = find(target, type, listener, captures(options));
    if (known) held.delete(known);
    return removeEventListener.call(target, type, listener, options);
  };
  const intervals = new Set<number>();
  const { setInterval, clearInterval } = window;
  Object.assign(window, {
    setInterval: (...args: Parameters<typeof setInterval>) => {
      const id = setInterval(...args);
      intervals.add(Number(id));
      return id;
    },
    clearInterval: (id: number) => {
      intervals.delete(id);
      clearInterval(id);
    },
  });
  Object.assign(window.counters, { listeners: () => held.size, intervals: () => intervals.size });
  window.openNow = async () => {
    const counts = Object.entries(window.counters).map(([name, counter]) => [name, counter()]);
    const locks = (await navigator.locks.query()).held?.length ?? 0;
    return { ...Object.fromEntries(counts), locks };
  };
}

/** The script that counts, for the page to run before all others. */
export const watchScript = `globalThis.__name ??= (f) => f; (${countObjects})(); (${countListeners})();`;

/** What the page's heap holds after everything that can be collected was: bytes, and objects of these classes. */
export async function heapOf(
  page: Page,
  ...classes: string[]
): Promise<{ bytes: number; objects: Record<string, number> }> {
  const cdp = await page.context().newCDPSession(page);
  try {
    await cdp.send('HeapProfiler.enable');
    // Some objects live in both heaps, and need a round in each.
    for (let round = 0; round < 4; round += 1) await cdp.send('HeapProfiler.collectGarbage');
    const objects: Record<string, number> = {};
    for (const name of classes) {
      const { result } = await cdp.send('Runtime.evaluate', {
        expression: `${name}.prototype`,
        objectGroup: 'heap',
      });
      const found = await cdp.send('Runtime.queryObjects', {
        prototypeObjectId: result.objectId ?? '',
        objectGroup: 'heap',
      });
      const count = await cdp.send('Runtime.callFunctionOn', {
        objectId: found.objects.objectId ?? '',
        functionDeclaration: 'function () { return this.length; }',
        returnByValue: true,
      });
      objects[name] = count.result.value as number;
      await cdp.send('Runtime.releaseObjectGroup', { objectGroup: 'heap' });
    }
    await cdp.send('HeapProfiler.collectGarbage');
    const { usedSize } = await cdp.send('Runtime.getHeapUsage');
    return { bytes: usedSize, objects };
  } finally {
    await cdp.detach();
  }
}
