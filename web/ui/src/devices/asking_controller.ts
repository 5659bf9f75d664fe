// Which devices a browser has been asking for, or opening, for so long that it is worth a word. A microphone that opens at
// once is not spoken of.
import type { DeviceState } from '@hullo/sdk';
import type { ReactiveController } from 'lit';
import type { CallClient, DeviceKind } from '../client.ts';
import { attendanceOf } from '../group/roster.ts';
import type { AskingView } from '../scene.ts';
import { type WakeHost, WakeTimer } from '../wake_timer.ts';

/** How long a device may take to open before anything is said of it. */
export const ASKING_MS = 700;

const kinds: readonly DeviceKind[] = ['microphone', 'camera'];

/** Follows the devices of everyone in the call. Times are `performance.now()`. */
export class AskingController implements ReactiveController {
  /** Since when each is being asked for, by account and kind. */
  #since = new Map<string, number>();
  /** What this page may use: the browser opens it, and asks nobody. */
  readonly #granted = new Set<DeviceKind>();
  readonly #wake: WakeTimer;

  constructor(private readonly host: WakeHost) {
    this.#wake = new WakeTimer(host);
    host.addController(this);
  }

  /** Takes the client as it is at `now`. */
  apply(client: CallClient, now: number): void {
    const since = new Map<string, number>();
    for (const [accid, kind] of askedIn(client)) {
      const key = keyOf(accid, kind);
      const before = this.#since.get(key);
      since.set(key, before ?? now);
      if (before === undefined && accid === client.accid) void this.#readPermission(kind);
    }
    this.#since = since;
  }

  /** What a scene shows of it at `now`. */
  at(now: number, me: string | undefined): AskingView {
    const isAwaited = (accid: string, kind: DeviceKind): boolean => {
      const since = this.#since.get(keyOf(accid, kind));
      return since !== undefined && now - since >= ASKING_MS;
    };
    const prompted = kinds.filter((kind) => !this.#granted.has(kind) && isAwaited(me ?? '', kind));
    return { prompted, isAwaited };
  }

  hostUpdated(): void {
    const now = performance.now();
    const coming = [...this.#since.values()].map((since) => since + ASKING_MS).filter((at) => at > now);
    this.#wake.set(coming, now);
  }

  hostDisconnected(): void {
    this.#wake.clear();
  }

  /** A browser that does not say takes it for a question. */
  async #readPermission(kind: DeviceKind): Promise<void> {
    this.#granted.delete(kind);
    try {
      const { state } = await navigator.permissions.query({ name: kind });
      if (state !== 'granted') return;
    } catch {
      return;
    }
    this.#granted.add(kind);
    this.host.requestUpdate();
  }
}

function keyOf(accid: string, kind: DeviceKind): string {
  return `${kind} ${accid}`;
}

/** Whose devices are being asked for. */
function askedIn({ current: call, local, accid: me, state }: CallClient): [string, DeviceKind][] {
  if (!call || state === 'idle') return [];
  const asking = (accid: string, microphone: DeviceState, camera: DeviceState): [string, DeviceKind][] =>
    kinds
      .filter((kind) => (kind === 'microphone' ? microphone : camera) === 'asking')
      .map((kind) => [accid, kind]);
  const others = call.participants.filter((one) => one.accid !== me && attendanceOf(one) === 'in');
  return [
    ...asking(me ?? '', local.microphone.state, local.camera.state),
    ...others.flatMap(({ accid, audio, video }) => asking(accid, audio, video)),
  ];
}
