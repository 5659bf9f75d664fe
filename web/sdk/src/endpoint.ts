// The Rust state machine in WebAssembly, typed. A text crosses the boundary each way; nothing else does.
import init, { errorText, Endpoint as WasmEndpoint } from '../wasm/hullo_wasm.js';
import { HulloError, messageOf } from './errors.ts';
import { isPolicyRefusal, missingInPolicy } from './policy.ts';
import { loadTexts } from './texts.ts';
import type { WasmSource } from './types.ts';
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

/**
 * Loads the module (once for each page) and makes an endpoint with fresh randomness. Rejects with a `HulloError` of the kind
 * `module_failed` when the module cannot be loaded or may not run.
 */
export async function loadEndpoint(source?: WasmSource): Promise<Endpoint> {
  try {
    await init({ module_or_path: source ?? (await inlinedModule()) });
  } catch (error) {
    throw HulloError.of('module_failed', loadFailure(error, source));
  }
  loadTexts(errorText);
  const [seed = 0n] = crypto.getRandomValues(new BigUint64Array(1));
  const core = new WasmEndpoint(seed);
  return {
    handle: (input, nowMs) => JSON.parse(core.handle(JSON.stringify(input), nowMs)) as Output[],
    pollTimeout: () => core.pollTimeout(),
    free: () => core.free(),
  };
}

/**
 * The module that travels in a script of its own, deflated and as a text: every bundler carries that, none looks for a file, and
 * it is fetched only when it is needed.
 */
async function inlinedModule(): Promise<ArrayBuffer> {
  const { deflated } = await import('../wasm/hullo_wasm_inline.js');
  const bytes = Uint8Array.from(atob(deflated), (letter) => letter.charCodeAt(0));
  const inflated = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
  return new Response(inflated).arrayBuffer();
}

function loadFailure(error: unknown, source: WasmSource | undefined): string {
  if (isPolicyRefusal(error)) return missingInPolicy('script-src', "'wasm-unsafe-eval'");
  const address = typeof source === 'string' || source instanceof URL ? ` from ${source}` : '';
  return `the WebAssembly module cannot be loaded${address}: ${messageOf(error)}`;
}
