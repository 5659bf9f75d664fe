// Where an exception of the app's own code goes that nothing waits for.

/** Reports an exception as the browser reports one in a DOM listener: in the console, and to `window.onerror`. */
export function report(error: unknown): void {
  if (globalThis.reportError) globalThis.reportError(error);
  else console.error(error);
}
