// The Rust state machine in WebAssembly, typed. A text crosses the boundary each way; nothing else does.
import { loadTexts } from './texts.ts';
import type { Input, Output } from './wire.ts';

/** One device's session and at most one call. */
export interface Endpoint {
  /** Takes one input; returns what to do, in order. Throws, with no other effect, when a value in it is not valid. */
  handle(input: Input, nowMs: number): Output[];
  /** When to call `handle` with `timeout` at the latest; undefined for never. */
  pollTimeout(): number | undefined;
  /** Gives its memory back; it takes nothing any more. */
  free(): void;
}

/** Loads the module (once for each page) and makes an endpoint with fresh randomness. */
export async function loadEndpoint(source?: URL | BufferSource | Response): Promise<Endpoint> {
  const wasm = await import('../wasm/hullo_wasm.js');
  await wasm.default(source === undefined ? undefined : { module_or_path: source });
  loadTexts(wasm.errorText);
  const [seed = 0n] = crypto.getRandomValues(new BigUint64Array(1));
  const core = new wasm.Endpoint(seed);
  return {
    handle: (input, nowMs) => JSON.parse(core.handle(JSON.stringify(input), nowMs)) as Output[],
    pollTimeout: () => core.pollTimeout(),
    free: () => core.free(),
  };
}
