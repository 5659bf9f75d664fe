// One tab of an origin rings, however many are open: whoever holds the lock of the call. When it closes, the next takes over.

/** Calls `taken` once this tab has the turn called `name`; the returned function gives it back, or stops waiting for it. */
export function takeTurn(name: string, taken: () => void): () => void {
  const { locks } = navigator;
  if (!locks) {
    taken();
    return () => undefined;
  }
  const waiting = new AbortController();
  let giveBack = (): void => undefined;
  const held = (): Promise<void> | undefined => {
    if (waiting.signal.aborted) return;
    taken();
    return new Promise((resolve) => {
      giveBack = resolve;
    });
  };
  // Rejects when it is aborted before its turn.
  locks.request(name, { signal: waiting.signal }, held).catch(() => undefined);
  return () => {
    waiting.abort();
    giveBack();
  };
}
