// How a call that is over reads in a conversation (behaviour E.4, the recommended column).
import type { CallSummary, Media } from '@hullo/sdk';
import { formatDuration } from './clock.ts';
import { nameAll } from './group/naming.ts';
import { type Directory, isSameAccid, type Person, personOf } from './people.ts';
import { type Language, type TextKey, text } from './texts.ts';

/** A call as one of its two readers sees it. */
export interface RecordDescription {
  readonly media: Media;
  /** `outgoing` for the one who dialled. */
  readonly direction: 'outgoing' | 'incoming';
  /** The one who was called did not talk: to be marked. */
  readonly missed: boolean;
  /** "Video call". */
  readonly title: string;
  /** "02:13", "No answer". */
  readonly text: string;
  /** The other one of its two readers. */
  readonly person: Person;
  /** "with Bob and 3 others"; empty for a one-to-one call. */
  readonly others: string;
  /** All of it, for one line and for screen readers: "Video call, 02:13". */
  readonly label: string;
}

/** What `me` reads of `summary`; `directory` names the other one. */
export function describeRecord(
  summary: CallSummary,
  me: string,
  lang: Language,
  directory?: Directory,
): RecordDescription {
  const { caller, callee, status, media } = summary;
  const dialled = isSameAccid(caller, me);
  const group = summary.kind === 'group';
  const video = media === 'video';
  const title = text(
    lang,
    group ? (video ? 'media.groupVideo' : 'media.groupAudio') : video ? 'media.video' : 'media.audio',
  );
  const durationMs = dialled ? summary.callerMs : summary.calleeMs;
  const [key, missed] = group ? groupOutcomeOf(summary, dialled, durationMs) : outcomeOf(status, dialled);
  const outcome = text(lang, key, { time: formatDuration(durationMs) });
  const person = personOf(dialled ? callee : caller, directory);
  const others = group
    ? text(lang, 'record.with', { names: nameAll([person], lang, 1, summary.people - 1) })
    : '';
  const label = [title, others, outcome].filter(Boolean).join(text(lang, 'record.comma'));
  const direction = dialled ? 'outgoing' : 'incoming';
  return { media, direction, missed, title, text: outcome, person, others, label };
}

/** "Incoming group video call". */
export function incomingKeyOf(group: boolean, video: boolean): TextKey {
  if (group) return video ? 'incoming.groupVideo' : 'incoming.groupAudio';
  return video ? 'incoming.video' : 'incoming.audio';
}

function outcomeOf(status: CallSummary['status'], dialled: boolean): [key: TextKey, missed: boolean] {
  switch (status) {
    case 'complete':
      return ['record.complete', false];
    case 'cancelled':
      return dialled ? ['record.cancelled', false] : ['record.remoteCancelled', true];
    case 'rejected':
      return dialled ? ['record.remoteRejected', false] : ['record.rejected', false];
    case 'timed_out':
      return dialled ? ['record.noAnswer', false] : ['record.missed', true];
    case 'busy':
      return dialled ? ['record.remoteBusy', false] : ['record.missedBusy', true];
    default:
      // A status of a later server.
      return ['record.unknown', false];
  }
}

/** The caller reads what became of the call; everyone else, what became of their own part of it. */
function groupOutcomeOf(
  { status, outcome }: CallSummary,
  dialled: boolean,
  durationMs: number,
): [key: TextKey, missed: boolean] {
  if (dialled) {
    const whole: Partial<Record<CallSummary['status'], TextKey>> = {
      rejected: 'record.groupRejected',
      timed_out: 'record.groupNoAnswer',
      busy: 'record.groupBusy',
    };
    return [whole[status] ?? outcomeOf(status, true)[0], false];
  }
  // Whoever has talked has missed nothing, even if called again in vain afterwards.
  if (durationMs > 0) return ['record.complete', false];
  switch (outcome) {
    case 'timed_out':
    case 'unreachable':
    case 'cancelled':
      return ['record.groupMissed', true];
    case 'busy':
      return ['record.groupMissedBusy', true];
    case 'rejected':
      return ['record.rejected', false];
    default:
      return ['record.complete', false];
  }
}
