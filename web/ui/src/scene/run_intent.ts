// Runs what a person asks for, on the client.
import type { CallClient } from '../client.ts';
import type { Intent } from '../scene.ts';
import type { TextKey } from '../texts.ts';

/** What to tell the person of what became of it, for a moment; `accids` fill the text's `{names}`. */
export interface Toast {
  readonly key: TextKey;
  readonly accids: readonly string[];
}

/** Runs it; resolves with a toast for the person, if there is one, and rejects as the client does. */
export async function runIntent(client: CallClient, intent: Intent): Promise<Toast | undefined> {
  switch (intent.type) {
    case 'accept':
      await client.accept();
      return;
    case 'reject':
      return client.reject().then(nothingToSay);
    case 'hangup':
      return client.hangup().then(nothingToSay);
    case 'leave':
      return client.leave().then(nothingToSay);
    case 'muteAudio':
      return client.muteLocalAudio(intent.muted).then(nothingToSay);
    case 'camera':
      return turnCamera(client, intent.on).then(nothingToSay);
    case 'switch':
      return (await client.switchCallType(intent.media)) ? undefined : { key: 'consent.refused', accids: [] };
    case 'answerSwitch':
      return client.answerSwitch(intent.agree).then(nothingToSay);
    case 'switchCamera':
      return client.switchCamera().then(nothingToSay);
    case 'device':
      return chooseDevice(client, intent.kind, intent.id).then(nothingToSay);
    case 'invite':
      return invite(client, intent.accids);
    case 'muteForMe':
      return client.setAudioMute(intent.accid, intent.muted).then(nothingToSay);
    case 'acceptWaiting':
      await client.acceptWaiting(intent.callId, intent.other);
      return;
    case 'rejectWaiting':
      return client.rejectWaiting(intent.callId).then(nothingToSay);
    case 'continueHere':
      await client.continueHere(intent.callId);
      return;
    case 'pin':
    case 'open':
    case 'close':
    case 'dismiss':
      return;
  }
}

function nothingToSay(): undefined {
  return undefined;
}

async function invite(client: CallClient, accids: readonly string[]): Promise<Toast | undefined> {
  const { refused } = await client.groupInvite(accids);
  // Somebody who is in the call already has not been refused anything.
  const missing = refused.filter(({ kind }) => kind !== 'already_in_call').map(({ accid }) => accid);
  return missing.length > 0 ? { key: 'invite.refused', accids: missing } : undefined;
}

/** Off closes the camera; on opens it, and tries one again that has failed. */
async function turnCamera(client: CallClient, on: boolean): Promise<void> {
  if (!on) return client.muteLocalVideo(true);
  const { videoEnabled, camera } = client.local;
  if (!videoEnabled || camera.state === 'failed') await client.enableLocalVideo(true);
  if (client.local.videoMuted) await client.muteLocalVideo(false);
}

function chooseDevice(
  client: CallClient,
  kind: 'microphone' | 'camera' | 'speaker',
  id: string,
): Promise<void> {
  switch (kind) {
    case 'microphone':
      return client.useMicrophone(id);
    case 'camera':
      return client.useCamera(id);
    case 'speaker':
      return client.useSpeaker(id);
  }
}
