// The sounds of <hullo-call>, and how it draws attention to a call outside the page.
import type { ReactiveController } from 'lit';
import { Attention } from '../attention.ts';
import type { Scene } from '../scene.ts';
import { type LoopName, loopFor, type OnceName, Tones } from '../sound/tones.ts';
import type { CallHost } from './host.ts';
import { alertOf } from './labels.ts';

/** Follows the scene: the tone of the moment, and an alert while somebody calls. */
export class RingController implements ReactiveController {
  readonly #tones = new Tones();
  readonly #attention = new Attention();
  #connected = false;

  constructor(
    private readonly host: CallHost,
    private readonly scene: () => Scene | undefined,
  ) {
    host.addController(this);
  }

  hostUpdated(): void {
    const scene = this.scene();
    this.#tones.loop(this.host.silent ? undefined : scene && loopOf(scene));
    if (scene?.connected && !this.#connected) this.once('connected');
    this.#connected = scene?.connected ?? false;
    const alert = scene && alertOf(scene);
    if (alert) this.#attention.start(alert);
    else this.#attention.stop();
  }

  hostDisconnected(): void {
    this.#tones.close();
    this.#attention.stop();
  }

  /** A short tone, unless the surface is silent. */
  once(name: OnceName): void {
    if (!this.host.silent) this.#tones.once(name);
  }
}

function loopOf({ state, call, answering, waiting }: Scene): LoopName | undefined {
  const callees = call.participants.filter(({ accid }) => accid !== call.caller);
  const states = callees.map((callee) => callee.state);
  return loopFor(state, states, answering, waiting !== undefined && !answering);
}
