// The sounds of <hullo-call>, and how it draws attention to a call outside the page.
import type { ReactiveController } from 'lit';
import { Attention } from '../attention.ts';
import type { Scene } from '../scene.ts';
import { type LoopName, loopFor, type OnceName, Tones } from '../sound/tones.ts';
import type { CallHost } from './host.ts';
import { alertOf } from './labels.ts';

/** Follows the scene: the tone of the moment, and an alert while somebody calls. */
export class RingController implements ReactiveController {
  readonly #tones: Tones;
  readonly #attention = new Attention();
  /** The call that was last seen, and whether it was connected. */
  #seen: { readonly callId: string; readonly connected: boolean } | undefined;

  constructor(
    private readonly host: CallHost,
    private readonly scene: () => Scene | undefined,
    blockedChanged: () => void,
  ) {
    this.#tones = new Tones(undefined, blockedChanged);
    host.addController(this);
  }

  hostUpdated(): void {
    if (!this.host.isConnected) return;
    const scene = this.scene();
    this.#tones.own = this.host.tones ?? {};
    this.#tones.loop(this.host.silent ? undefined : scene && loopOf(scene), scene && turnOf(scene));
    // Only a call that was seen to connect: one that is found connected, after a reload or a move, is not news.
    const was = this.#seen?.callId === scene?.call.callId ? this.#seen : undefined;
    if (scene?.connected && was?.connected === false) this.once('connected');
    this.#seen = scene && { callId: scene.call.callId, connected: scene.connected };
    const alert = scene && alertOf(scene);
    if (alert) this.#attention.start(alert);
    else this.#attention.stop();
  }

  hostDisconnected(): void {
    this.#seen = undefined;
    this.#tones.close();
    this.#attention.stop();
  }

  /** The browser does not let the tone of the moment sound. */
  get blocked(): boolean {
    return this.#tones.blocked;
  }

  /** Lets it sound; to be called in a gesture. */
  startSound(): void {
    this.#tones.resume();
  }

  /** A short tone, unless the surface is silent. */
  once(name: OnceName): void {
    if (!this.host.silent) this.#tones.once(name);
  }
}

/** Tabs that ring for the same call take turns; a dial belongs to one tab. */
function turnOf({ state, call, waiting }: Scene): string | undefined {
  return state === 'calling' ? undefined : (waiting?.call.callId ?? call.callId);
}

function loopOf({ state, call, answering, waiting }: Scene): LoopName | undefined {
  const callees = call.participants.filter(({ accid }) => accid !== call.caller);
  const states = callees.map((callee) => callee.state);
  return loopFor(state, states, answering, waiting !== undefined && !answering);
}
