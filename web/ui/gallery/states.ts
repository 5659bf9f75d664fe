// Every state of the call screens, by name: what the fake client is put through to get there.
import type { DeviceFailure, EndReason, Quality } from '@hullo/sdk';
import { REPORTS_IGNORED } from '../src/network.ts';
import { type CallSketch, callOf, type FakeState } from './fake.ts';
import { groupStates } from './group.ts';
import { ACTIVE, after, type Lead } from './lead.ts';
import { windowStates } from './window.ts';

function inCall(sketch: CallSketch = {}, local: FakeState['local'] = {}): Lead {
  return (client) =>
    client.enter({
      state: 'in_call',
      current: callOf({ state: 'active', activeMs: ACTIVE, ...sketch }),
      local,
    });
}

function ended(
  reason: EndReason,
  by: string | undefined,
  caller: 'alice' | 'bob' = 'alice',
  durationMs = 0,
): Lead {
  return (client) => {
    client.enter({ state: caller === 'alice' ? 'calling' : 'called', current: callOf({ caller }) });
    client.enter({ state: 'idle' });
    client.emit('callEnd', { callId: 'call-1', reason, durationMs, durations: [], ...(by ? { by } : {}) });
  };
}

function withQuality(lead: Lead, own: Quality, remote: Quality): Lead {
  return async (client, surface) => {
    await lead(client, surface);
    const reports = [
      { accid: 'alice', up: own, down: own },
      { accid: 'bob', up: remote, down: remote },
    ];
    for (let round = 0; round <= REPORTS_IGNORED; round += 1) client.emit('userNetworkQuality', { reports });
  };
}

const openDevices: Lead = (_client, surface) => {
  const screen = surface.shadowRoot?.querySelector('hullo-voice, hullo-video');
  screen?.dispatchEvent(
    new CustomEvent('hullo-intent', {
      detail: { type: 'open', sheet: 'devices' },
      bubbles: true,
      composed: true,
    }),
  );
};

const failures: readonly DeviceFailure[] = ['denied', 'missing', 'busy', 'insecure', 'ended'];

const video = withQuality(inCall(), 'good', 'excellent');
const voice = withQuality(inCall({ media: 'audio' }), 'good', 'excellent');

export const states: Record<string, Lead> = {
  'outgoing-video': (client) => client.enter({ state: 'calling', current: callOf() }),
  'outgoing-voice': (client) => client.enter({ state: 'calling', current: callOf({ media: 'audio' }) }),
  'outgoing-reaching': (client) =>
    client.enter({
      state: 'calling',
      current: callOf({ media: 'audio', remoteParticipant: { state: 'invited' } }),
    }),
  'outgoing-no-camera': (client) =>
    client.enter({
      state: 'calling',
      current: callOf(),
      local: { camera: { state: 'failed', failure: 'missing' } },
    }),
  'outgoing-preset': (client) =>
    client.enter({
      state: 'calling',
      current: callOf(),
      local: { audioMuted: true, videoEnabled: false, camera: { state: 'off' } },
    }),
  'outgoing-asking': (client) =>
    client.enter({
      state: 'calling',
      current: callOf(),
      local: { microphone: { state: 'asking' }, camera: { state: 'asking' } },
    }),
  'incoming-video': (client) => client.enter({ state: 'called', current: callOf({ caller: 'bob' }) }),
  'incoming-voice': (client) =>
    client.enter({ state: 'called', current: callOf({ caller: 'bob', media: 'audio' }) }),
  'incoming-muted': (client) =>
    client.enter({ state: 'called', current: callOf({ caller: 'bob' }), local: { audioMuted: true } }),
  'incoming-caller-away': (client) =>
    client.enter({
      state: 'called',
      current: callOf({ caller: 'bob', remoteParticipant: { reconnecting: true } }),
    }),
  'connecting-voice': inCall({ media: 'audio', remoteParticipant: { state: 'accepted' } }),
  'connecting-video': inCall({
    self: { state: 'accepted' },
    remoteParticipant: { state: 'accepted', video: 'off' },
  }),
  voice,
  'voice-muted': inCall({ media: 'audio', activeMs: 3_754_000 }, { audioMuted: true }),
  'voice-remote-muted': inCall({ media: 'audio', remoteParticipant: { audio: 'off' } }),
  'voice-reconnecting': (client) =>
    client.enter({
      state: 'in_call',
      current: callOf({ state: 'active', activeMs: ACTIVE, media: 'audio' }),
      reconnecting: true,
    }),
  'voice-remote-reconnecting': inCall({ media: 'audio', remoteParticipant: { reconnecting: true } }),
  'voice-consent': inCall({ media: 'audio', switch: { by: 'bob', media: 'video' } }),
  'voice-consent-waiting': inCall({ media: 'audio', switch: { by: 'alice', media: 'video' } }),
  ...Object.fromEntries(
    failures.map((failure) => [
      `voice-microphone-${failure}`,
      inCall({ media: 'audio' }, { microphone: { state: 'failed', failure } }),
    ]),
  ),
  'voice-asking': inCall({ media: 'audio' }, { microphone: { state: 'asking' } }),
  'small-asking': (client, surface) => {
    surface.layout = 'small';
    client.enter({
      state: 'in_call',
      current: callOf({ state: 'active', activeMs: ACTIVE, media: 'audio' }),
      local: { microphone: { state: 'asking' } },
    });
  },
  'small-screen': (client, surface) => {
    surface.layout = 'small';
    client.enter({
      state: 'in_call',
      current: callOf({
        state: 'active',
        activeMs: ACTIVE,
        media: 'audio',
        remoteParticipant: { screen: true },
      }),
    });
  },
  'voice-remote-asking': inCall({ media: 'audio', remoteParticipant: { audio: 'asking' } }),
  'voice-remote-no-microphone': inCall({ media: 'audio', remoteParticipant: { audio: 'failed' } }),
  'voice-sound-blocked': after(voice, (client) => client.blockSound(true)),
  'voice-sharing': inCall({ media: 'audio' }, { screen: { state: 'on' } }),
  'voice-screen': inCall({ media: 'audio', remoteParticipant: { screen: true } }),
  'voice-devices': after(voice, openDevices),
  video,
  'video-swapped': after(video, async (_client, surface) => {
    const screen = surface.shadowRoot?.querySelector('hullo-video');
    await screen?.updateComplete;
    screen?.shadowRoot?.querySelector<HTMLButtonElement>('[data-testid=hullo-swap]')?.click();
  }),
  'video-camera-off': inCall({}, { videoMuted: true, camera: { state: 'off' } }),
  'video-remote-camera-off': inCall({ remoteParticipant: { video: 'off', audio: 'off' } }),
  'video-both-off': inCall(
    { remoteParticipant: { video: 'off' } },
    { videoMuted: true, audioMuted: true, camera: { state: 'off' } },
  ),
  'video-asking': inCall(
    { self: { audio: 'asking', video: 'asking' } },
    { microphone: { state: 'asking' }, camera: { state: 'asking' } },
  ),
  'video-remote-asking': inCall({ remoteParticipant: { audio: 'asking', video: 'asking' } }),
  'video-remote-no-devices': inCall({ remoteParticipant: { audio: 'failed', video: 'failed' } }),
  'video-remote-no-camera': inCall({ remoteParticipant: { video: 'failed' } }),
  'video-no-devices': inCall(
    {},
    {
      microphone: { state: 'failed', failure: 'denied' },
      camera: { state: 'failed', failure: 'denied' },
    },
  ),
  'video-sound-blocked': after(video, (client) => client.blockSound(true)),
  'video-sharing': inCall({}, { screen: { state: 'on' } }),
  'video-screen': inCall({ remoteParticipant: { screen: true } }),
  'video-weak-remote': withQuality(inCall(), 'poor', 'bad'),
  'video-weak-own': withQuality(inCall(), 'bad', 'good'),
  'video-reconnecting': (client) =>
    client.enter({
      state: 'in_call',
      current: callOf({ state: 'active', activeMs: ACTIVE }),
      reconnecting: true,
    }),
  'video-no-camera': inCall({}, { camera: { state: 'failed', failure: 'missing' } }),
  'video-camera-busy': inCall({}, { camera: { state: 'failed', failure: 'busy' } }),
  'video-devices': after(video, openDevices),
  'video-toast': after(video, (client) => client.emit('callTypeChange', { media: 'video' })),
  'video-error': after(video, (client) =>
    client.emit('error', { error: { code: 50000, kind: 'camera_denied', message: 'NotAllowedError' } }),
  ),
  'end-remote-hung-up': ended('hung_up', 'bob', 'alice', ACTIVE),
  'end-hung-up': ended('hung_up', 'alice', 'alice', ACTIVE),
  'end-cancelled': ended('cancelled', 'alice'),
  'end-remote-cancelled': ended('cancelled', 'bob', 'bob'),
  'end-rejected': ended('rejected', 'alice', 'bob'),
  'end-remote-rejected': ended('rejected', 'bob'),
  'end-busy': ended('busy', 'bob'),
  'end-no-answer': ended('timed_out', undefined),
  'end-missed': ended('timed_out', undefined, 'bob'),
  'end-unreachable': ended('unreachable', undefined),
  'end-connect-timed-out': ended('connect_timed_out', undefined),
  'end-remote-lost': ended('lost', 'bob', 'alice', ACTIVE),
  'end-lost': ended('lost', 'alice'),
  'end-server': ended('server', undefined),
  'end-elsewhere': (client) => {
    client.enter({ state: 'called', current: callOf({ caller: 'bob' }) });
    client.enter({ state: 'idle' });
    client.emit('otherClientAccept', { callId: 'call-1' });
  },
  'error-offline': async (client, surface) => {
    client.refusal = { kind: 'no_connection' };
    await surface.dial('bob', 'video');
  },
  ...groupStates,
  ...windowStates,
};
