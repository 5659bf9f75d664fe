// Drives the endpoint: inputs in their turn, outputs in their order, operations to their promises, time when it asks.
import type { Endpoint } from './endpoint.ts';
import { type ErrorBody, HulloError, messageOf } from './errors.ts';
import { report } from './report.ts';
import { type Input, type Op, type Output, type Value, valueFrom, type WireEvent } from './wire.ts';

/** Longest delay that `setTimeout` takes; a longer one would fire at once. */
const TIMER_MS_MAX = 0x7fff_ffff;

/** An output for the world outside. */
export type Effect = Exclude<Output, { output: 'complete' } | { output: 'event' }>;

/** The world outside. */
export interface Shell {
  /** Does what the endpoint says. */
  carryOut(effect: Effect): void;
  /** An operation has completed with this; its promise resolves next. */
  completed(value: Value): void;
  /** What an operation rejects with that has failed like this. */
  refusal(error: ErrorBody): HulloError;
  /** Dispatches an event to the app; all outputs that came with it have been carried out. */
  announce(event: WireEvent): void;
  /** The module has trapped and cannot be used any more. */
  failed(error: HulloError): void;
}

/** A promise that the endpoint will settle. */
interface Pending {
  resolve(value: Value): void;
  reject(error: HulloError): void;
}

/** Invariant: each operation settles exactly once, also when the endpoint refuses it or fails. */
export class Driver {
  readonly #endpoint: Endpoint;
  readonly #shell: Shell;
  readonly #inputs: Input[] = [];
  readonly #pending = new Map<number, Pending>();
  #lastTicket = 0;
  #isDraining = false;
  /** The module has trapped. */
  #isBroken = false;
  /** It was closed. */
  #isClosed = false;
  /** While its last input is carried out: nothing is announced any more. */
  #isClosing = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(endpoint: Endpoint, shell: Shell) {
    this.#endpoint = endpoint;
    this.#shell = shell;
  }

  /** Hands an operation to the endpoint; settles with what the endpoint completes it with. */
  async ask<Is extends Value['is']>(is: Is, op: Op): Promise<Extract<Value, { is: Is }>> {
    if (this.#isClosed) throw destroyed();
    const value = await new Promise<Value>((resolve, reject) => {
      this.#lastTicket += 1;
      this.#pending.set(this.#lastTicket, { resolve, reject });
      this.feed({ input: 'op', ticket: this.#lastTicket, op });
    });
    if (!hasTag(value, is)) throw HulloError.of('unknown', `${op.op} was answered with ${value.is}`);
    return value;
  }

  /** Takes an input in its turn: one that comes while another is being handled waits until that one's outputs are out. */
  feed(input: Input): void {
    if (this.#isClosed) return;
    this.#inputs.push(input);
    if (this.#isDraining) return;
    this.#isDraining = true;
    for (let next = this.#inputs.shift(); next; next = this.#inputs.shift()) this.#step(next);
    this.#isDraining = false;
    this.#armTimer();
  }

  /**
   * Ends it with a last input, also from within a listener: all that is open rejects with `destroyed`, and so does what is asked
   * from now on; nothing is carried out any more.
   */
  close(last: Input): void {
    if (this.#isClosed) return;
    this.#inputs.length = 0;
    this.#isClosing = true;
    this.#step(last);
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#inputs.length = 0;
    for (const pending of this.#pending.values()) pending.reject(destroyed());
    this.#pending.clear();
    if (!this.#isBroken) this.#endpoint.free();
  }

  #step(input: Input): void {
    // Nobody waits for what happens outside any more.
    if (this.#isBroken && input.input !== 'op') return;
    let outputs: Output[];
    try {
      outputs = this.#endpoint.handle(input, now());
    } catch (error) {
      this.#refuse(input, error);
      return;
    }
    // The whole of the outputs first, so that a listener finds everything done that its event speaks of.
    for (const output of outputs) {
      if (this.#isClosed) return;
      if (output.output === 'complete') this.#complete(output);
      else if (output.output !== 'event') this.#shell.carryOut(output);
    }
    for (const output of outputs) {
      // A listener may have closed it.
      if (output.output === 'event' && !this.#isClosing) this.#shell.announce(output.event);
    }
  }

  #complete({ ticket, value, error }: Output & { output: 'complete' }): void {
    const pending = this.#pending.get(ticket);
    this.#pending.delete(ticket);
    if (error) {
      pending?.reject(this.#shell.refusal(error));
      return;
    }
    const translated = valueFrom(value ?? { is: 'done' });
    this.#shell.completed(translated);
    pending?.resolve(translated);
  }

  /** The endpoint did not take an input: a value in it is not valid, or the endpoint itself has failed. */
  #refuse(input: Input, error: unknown): void {
    if (error instanceof WebAssembly.RuntimeError && !this.#isBroken) this.#giveUp(error);
    if (input.input !== 'op') {
      report(error);
      return;
    }
    const kind = this.#isBroken ? 'unknown' : 'bad_request';
    this.#pending.get(input.ticket)?.reject(HulloError.of(kind, messageOf(error)));
    this.#pending.delete(input.ticket);
  }

  #giveUp(error: Error): void {
    this.#isBroken = true;
    const refusal = HulloError.of('unknown', `the client has failed and needs a reload: ${error.message}`);
    for (const pending of this.#pending.values()) pending.reject(refusal);
    this.#pending.clear();
    this.#shell.failed(refusal);
  }

  #armTimer(): void {
    clearTimeout(this.#timer);
    if (this.#isBroken || this.#isClosed) return;
    const atMs = this.#endpoint.pollTimeout();
    if (atMs === undefined) return;
    const delayMs = Math.min(Math.max(Math.ceil(atMs - now()), 0), TIMER_MS_MAX);
    this.#timer = setTimeout(() => this.feed({ input: 'timeout' }), delayMs);
  }
}

/** What every operation of a client that was destroyed rejects with. */
export function destroyed(): HulloError {
  return HulloError.of('destroyed', 'this client was destroyed: make another one with Hullo.create()');
}

/** Unix milliseconds that never step back, whatever happens to the wall clock. */
function now(): number {
  return performance.timeOrigin + performance.now();
}

function hasTag<Is extends Value['is']>(value: Value, is: Is): value is Extract<Value, { is: Is }> {
  return value.is === is;
}
