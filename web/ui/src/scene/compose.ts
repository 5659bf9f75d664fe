// Puts a scene together from the client's state.
import type { CallClient } from '../client.ts';
import type { CallClock } from '../clock.ts';
import type { NetworkView } from '../network.ts';
import { type Names, personOf } from '../people.ts';
import type { Scene } from '../scene.ts';
import type { Language } from '../texts.ts';

/** What a scene is made of. */
export interface Ingredients {
  readonly client: CallClient;
  readonly names: Names | undefined;
  readonly lang: Language;
  readonly answering: boolean;
  readonly reconnecting: boolean;
  readonly network: NetworkView;
  readonly clock: CallClock;
}

/** The scene of this moment; undefined when there is no call. */
export function composeScene({ client, names, clock, ...rest }: Ingredients): Scene | undefined {
  const { state, current: call, local, accid: me } = client;
  if (state === 'idle' || !call) return;
  const self = call.participants.find((participant) => participant.accid === me);
  const other = call.participants.find((participant) => participant.accid !== me);
  return {
    ...rest,
    client,
    state,
    call,
    local,
    me,
    self: personOf(me ?? '', names),
    peer: personOf(other?.accid ?? call.caller, names),
    other,
    startedAt: clock.startedAt(call.callId, call.activeMs, call.state === 'active', performance.now()),
    connected: self?.state === 'joined' && other?.state === 'joined',
  };
}
