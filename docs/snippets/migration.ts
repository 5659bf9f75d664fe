// The TypeScript of docs/migration.md. Each region there is quoted from here, so that it compiles against the real SDK:
//   node docs/check.mjs && cd web && npx tsc -p ../docs/snippets
// The app around it:
declare const appKey: string;
declare const userId: string;
declare const tokenFromYourBackend: string;
declare const otherUserId: string;
declare const otherMembers: string[];
declare const newcomers: string[];
declare const localVideo: HTMLVideoElement;
declare const remoteVideo: HTMLVideoElement;
declare function show(text: string): void;
declare function showIncoming(from: string, invited: readonly string[], media: 'audio' | 'video'): void;
declare function showConnecting(): void;
declare function closeScreen(): void;
declare function markUser(accid: string, note: string): void;
declare function askPerson(question: string): Promise<boolean>;
declare function signInAgain(): void;
declare function addToConversation(peer: string, line: string): void;

// #region setup
import { errorText, Hullo, HulloError } from '@hullo/sdk';

const client = await Hullo.create({ appKey, server: 'https://calls.example.com' });
// #endregion

// #region login
try {
  const { accid, name } = await client.login(userId, tokenFromYourBackend);
  show(`signed in as ${name ?? accid}`);
} catch (error) {
  if (!(error instanceof HulloError)) throw error;
  show(errorText(error.kind, 'en'));
}
// #endregion

// #region token
client.tokenHandler = async (uid, callId) => {
  const answer = await fetch(`/room-token?uid=${uid}&call_id=${callId}`);
  if (!answer.ok) throw new Error(`no room token: status ${answer.status}`);
  return answer.text();
};
// #endregion

// #region call
try {
  const call = await client.call(otherUserId, { media: 'video' });
  show(call.end ? `over at once: ${call.end.reason}` : 'calling');
} catch (error) {
  if (error instanceof HulloError) show(errorText(error.kind, 'en'));
}
// #endregion

// #region group-call
try {
  const { refused } = await client.groupCall(otherMembers, { media: 'video' });
  for (const { accid, kind } of refused) markUser(accid, errorText(kind, 'en'));
} catch (error) {
  if (error instanceof HulloError) show(errorText(error.kind, 'en')); // nobody could be invited
}
// #endregion

// #region invited
client.on('invited', ({ invitor, accids, group, media, attachment, ringMsLeft, callId }) => {
  const groupId = client.current?.group?.groupId; // groupID
  showIncoming(invitor, accids, media); // userIDs
  console.log({ group, groupId, attachment, ringMsLeft, callId });
});
// #endregion

// #region users
client.on('userEnter', ({ accid }) => markUser(accid, 'here')); // media is connected
client.on('userReject', ({ accid }) => markUser(accid, 'declined'));
client.on('userCancel', ({ accid }) => show(`${accid} has cancelled`));
client.on('userLeave', ({ accid }) => markUser(accid, 'left'));
client.on('userDisconnect', ({ accid }) => markUser(accid, 'lost'));
client.on('userAccept', () => showConnecting());
client.on('userBusy', ({ accid }) => markUser(accid, 'busy'));
// #endregion

// #region ends
client.on('callEnd', ({ reason, by, durationMs }) => {
  console.log(`over: ${reason} by ${by ?? 'the server'} after ${durationMs} ms`);
  closeScreen();
});
client.on('callingTimeOut', () => show('no answer')); // callEnd follows
client.on('disconnect', ({ reason }) => {
  console.log(`signed out: ${reason}`);
  signInAgain();
});
client.on('error', ({ error }) => show(errorText(error.kind, 'en')));
// #endregion

// #region media-events
client.on('cameraAvailable', ({ accid, available }) => {
  client.attachRemoteView(accid, available ? remoteVideo : null);
});
client.on('audioAvailable', ({ accid, available }) => markUser(accid, available ? 'speaks' : 'silent'));
client.on('userNetworkQuality', ({ reports }) => {
  for (const { accid, up, down } of reports) markUser(accid, `up ${up}, down ${down}`);
});
// #endregion

// #region other-clients
client.on('otherClientAccept', ({ callId }) => console.log(`${callId}: answered on another device`));
client.on('otherClientReject', ({ callId }) => console.log(`${callId}: declined on another device`));
// #endregion

// #region accept
try {
  const joinedMembers = await client.accept();
  for (const { accid, uid } of joinedMembers) markUser(accid, `joined as ${uid}`);
} catch (error) {
  if (error instanceof HulloError) show(errorText(error.kind, 'en'));
}
// #endregion

// #region hangup
await client.hangup();
// #endregion

// #region records
client.on('messageAdded', ({ message: { from, to, body } }) => {
  const peer = from === client.accid ? to : from;
  const ownMs = from === client.accid ? body.callerMs : body.calleeMs;
  addToConversation(peer, `${body.media} call: ${body.status}, ${ownMs} ms`);
});

const { messages, more } = await client.messages(otherUserId, { limit: 20 });
console.log(messages.length, more);
// #endregion

// #region cancel
try {
  await client.cancel();
} catch (error) {
  if (error instanceof HulloError) show(errorText(error.kind, 'en'));
}
// #endregion

// #region screen
import '@hullo/ui';

const screen = document.createElement('hullo-call');
screen.client = client;
document.body.append(screen);
// #endregion

// #region views
client.attachLocalView(localVideo);
client.attachRemoteView(otherUserId, remoteVideo);
// #endregion

// #region own-media
await client.muteLocalAudio(true);
await client.muteLocalVideo(true);
await client.enableLocalVideo(false);
await client.setAudioMute(otherUserId, true);
await client.switchCamera();
// #endregion

// #region time
await client.call(otherUserId, { media: 'audio', timeoutMs: 60_000, attachment: '{"order":17}' });
// #endregion

// #region switch
const agreed = await client.switchCallType('video'); // to 'audio' it is always true
if (!agreed) show('the other side stays with voice');

client.on('switchAsked', async ({ accid }) => {
  await client.answerSwitch(await askPerson(`${accid} asks for video`));
});
client.on('callTypeChange', ({ media }) => show(`this is a ${media} call now`));
// #endregion

// #region group
await client.groupCall(otherMembers, { groupId: 'team-7', media: 'video', inviteMode: 'caller' });
await client.groupInvite(newcomers, { attachment: 'we need you' });
await client.leave(); // the others talk on

const [running] = await client.queryCall({ groupId: 'team-7' });
if (running) await client.join(running.callId);
// #endregion

// #region devices
for (const { callId } of client.elsewhere) await client.continueHere(callId); // "continue here"

client.on('callWaiting', async ({ invitor, callId }) => {
  if (await askPerson(`${invitor} calls; hold this call?`)) await client.acceptWaiting(callId, 'hold');
  else await client.rejectWaiting(callId);
});
// #endregion
