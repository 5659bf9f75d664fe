// The states of a call that leaves the app free: a small tile, a banner, and what an app has put in of its own.

import type { Corner } from '../src/layout.ts';
import { REPORTS_IGNORED } from '../src/network.ts';
import { callOf } from './fake.ts';
import { groupOf } from './group.ts';
import { ACTIVE, after, type Lead } from './lead.ts';

const running = (media: 'audio' | 'video', more: Parameters<typeof callOf>[0] = {}): Lead => {
  return (client) => {
    client.enter({
      state: 'in_call',
      current: callOf({ state: 'active', activeMs: ACTIVE, media, ...more }),
    });
    const reports = [
      { accid: 'alice', up: 'good' as const, down: 'good' as const },
      { accid: 'bob', up: 'good' as const, down: 'good' as const },
    ];
    for (let round = 0; round <= REPORTS_IGNORED; round += 1) client.emit('userNetworkQuality', { reports });
  };
};

const small = (lead: Lead, corner: Corner = 'bottom-end'): Lead => {
  return (client, surface) => {
    surface.layout = 'small';
    surface.corner = corner;
    return lead(client, surface);
  };
};

const group = (count: number, media: 'audio' | 'video'): Lead => {
  return (client) => {
    client.enter({ state: 'in_call', current: groupOf(count, { media }) });
    client.emit('activeSpeakers', { accids: ['carol'] });
  };
};

const banner = (lead: Lead): Lead => {
  return (client, surface) => {
    surface.incoming = 'banner';
    return lead(client, surface);
  };
};

const waiting = (client: Parameters<Lead>[0]): void =>
  client.enter({
    state: 'in_call',
    current: callOf({ state: 'active', activeMs: ACTIVE, media: 'audio', remote: 'carol' }),
    waiting: callOf({ caller: 'bob', callId: 'call-2' }),
  });

/** What an app puts into a slot. */
const put =
  (slot: string, content: string, lead: Lead): Lead =>
  async (client, surface) => {
    const holder = document.createElement('div');
    holder.innerHTML = content;
    for (const child of [...holder.children]) {
      child.slot = slot;
      surface.append(child);
    }
    await lead(client, surface);
  };

const chat = `<button type="button" aria-label="Chat"><svg viewBox="0 0 24 24" width="1em" height="1em" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linejoin="round"><path d="M4 6.5A2.5 2.5 0 0 1 6.5 4h11A2.5 2.5 0 0 1 20 6.5v7a2.5 2.5 0 0 1-2.5 2.5H11l-4.5 4v-4A2.5 2.5 0 0 1 4 13.5z"/></svg></button>`;
const logo = `<strong style="font: 700 20px system-ui; letter-spacing: -0.02em; color: #0b7a75">acme</strong>`;
const order = `<p style="margin: 14px 0 0; padding: 7px 14px; border-radius: 14px; font: 500 14px/20px system-ui; background: rgb(11 122 117 / 0.14)">Order 4711 · delivery today</p>`;
const own = `<div style="height: 100%; display: grid; place-items: center; font: 600 28px system-ui; color: #fff; background: #0b7a75">The app’s own screen</div>`;

/** Every state beside the app, and what is the app's own. */
export const windowStates: Record<string, Lead> = {
  'small-video': small(running('video')),
  'small-video-camera-off': small(running('video', { remoteParticipant: { video: 'off' } })),
  'small-voice': small(running('audio')),
  'small-voice-top': small(running('audio'), 'top-start'),
  'small-outgoing': small((client) => client.enter({ state: 'calling', current: callOf() })),
  'small-group-video': small(group(5, 'video')),
  'small-group-voice': small(group(4, 'audio')),
  'small-waiting': small(waiting),
  'small-consent': small(running('audio', { switch: { by: 'bob', media: 'video' } })),
  'small-ended': small(
    after(running('audio'), (client) => {
      client.enter({ state: 'idle' });
      client.emit('callEnd', {
        callId: 'call-1',
        reason: 'hung_up',
        by: 'bob',
        durationMs: ACTIVE,
        durations: [],
      });
    }),
  ),
  'banner-video': banner((client) => client.enter({ state: 'called', current: callOf({ caller: 'bob' }) })),
  'banner-voice': banner((client) =>
    client.enter({ state: 'called', current: callOf({ caller: 'bob', media: 'audio' }) }),
  ),
  'banner-group': banner((client) =>
    client.enter({ state: 'called', current: groupOf(6, { caller: 'bob', state: 'ringing' }) }),
  ),
  'own-button': put('controls', chat, running('video')),
  'own-button-voice': put('controls', chat, running('audio')),
  'own-logo-details': put(
    'logo',
    logo,
    put('details', order, (client) =>
      client.enter({ state: 'called', current: callOf({ caller: 'bob', media: 'audio' }) }),
    ),
  ),
  'own-screen': put('voice', own, running('audio')),
  'few-buttons': (client, surface) => {
    surface.controls = ['microphone', 'camera'];
    return running('video')(client, surface);
  },
};
