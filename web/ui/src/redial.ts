// What a press on a past call asks for: to call the same people again.
import type { CallKind, CallSummary, Media } from '@hullo/sdk';
import { isSameAccid } from './people.ts';

/** What a press on a record asks for. */
export interface Redial {
  /** The call: `client.record(callId)` names everybody of a group call. */
  readonly callId: string;
  readonly kind: CallKind;
  /** Whom; in a group call the one who reads the same entry. */
  readonly accid: string;
  /** For a group call that has one: the app's name of the group. */
  readonly groupId?: string;
  readonly media: Media;
}

/** The same call once more, for `me`, who was its caller or called. */
export function redialOf(
  { callId, kind, caller, callee, media, groupId }: CallSummary,
  me: string | undefined,
): Redial {
  const accid = isSameAccid(caller, me) ? callee : caller;
  return { callId, kind, accid, media, ...(groupId ? { groupId } : {}) };
}
