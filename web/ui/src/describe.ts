// How a call record reads in a conversation (behaviour E.4, the recommended column).
import type { CallRecord, Media, ParticipantState } from '@hullo/sdk';
import { formatDuration } from './clock.ts';
import { nameAll } from './group/naming.ts';
import { type Directory, type Person, personOf } from './people.ts';
import { type Language, type TextKey, text } from './texts.ts';

/** A record as one of its accounts sees it. */
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
  /** For a group call: everybody else, the caller first. */
  readonly people: readonly Person[];
  /** "with Bob, Carol and 3 others"; empty for a one-to-one call. */
  readonly company: string;
  /** All of it, for one line and for screen readers: "Video call, 02:13". */
  readonly label: string;
}

/** What `me` reads of `record`; `directory` names the others of a group call. */
export function describeRecord(
  record: CallRecord,
  me: string,
  lang: Language,
  directory?: Directory,
): RecordDescription {
  const direction = record.caller === me ? 'outgoing' : 'incoming';
  const group = record.kind === 'group';
  const video = record.media === 'video';
  const title = text(
    lang,
    group ? (video ? 'media.groupVideo' : 'media.groupAudio') : video ? 'media.video' : 'media.audio',
  );
  const durationMs = record.durations.find((entry) => entry.accid === me)?.durationMs ?? 0;
  const dialled = direction === 'outgoing';
  const [key, missed] = group
    ? groupOutcomeOf(record, me, dialled, durationMs)
    : outcomeOf(record.status, dialled);
  const outcome = text(lang, key, { time: formatDuration(durationMs) });
  const people = group ? othersOf(record, me).map((accid) => personOf(accid, directory)) : [];
  const company = group ? text(lang, 'record.with', { names: nameAll(people, lang) }) : '';
  const label = [title, company, outcome].filter(Boolean).join(lang === 'zh' ? '，' : ', ');
  return { media: record.media, direction, missed, title, text: outcome, people, company, label };
}

/** Everybody of a record but `me`, the caller first. */
export function othersOf({ caller, callees }: CallRecord, me: string): string[] {
  return [...new Set([caller, ...callees])].filter((accid) => accid !== me);
}

function outcomeOf(status: CallRecord['status'], dialled: boolean): [key: TextKey, missed: boolean] {
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
  { status, outcomes }: CallRecord,
  me: string,
  dialled: boolean,
  durationMs: number,
): [key: TextKey, missed: boolean] {
  if (dialled) {
    const whole: Partial<Record<CallRecord['status'], TextKey>> = {
      rejected: 'record.groupRejected',
      timed_out: 'record.groupNoAnswer',
      busy: 'record.groupBusy',
    };
    return [whole[status] ?? outcomeOf(status, true)[0], false];
  }
  const mine: ParticipantState | undefined = outcomes.find(({ accid }) => accid === me)?.state;
  // Whoever has talked has missed nothing, even if called again in vain afterwards.
  if (durationMs > 0) return ['record.complete', false];
  switch (mine) {
    case 'timed_out':
    case 'unreachable':
    case 'cancelled':
      return ['record.groupMissed', true];
    case 'busy':
      return ['record.groupMissedBusy', true];
    case 'rejected':
      return ['record.rejected', false];
    case undefined:
      return outcomeOf(status, false);
    default:
      return ['record.complete', false];
  }
}
