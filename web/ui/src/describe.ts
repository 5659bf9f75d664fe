// How a call record reads in a conversation (behaviour E.4, the recommended column).
import type { CallRecord, Media } from '@hullo/sdk';
import { formatDuration } from './clock.ts';
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
  /** Both, for one line and for screen readers: "Video call, 02:13". */
  readonly label: string;
}

/** What `me` reads of `record`. */
export function describeRecord(record: CallRecord, me: string, lang: Language): RecordDescription {
  const direction = record.caller === me ? 'outgoing' : 'incoming';
  const title = text(lang, record.media === 'video' ? 'media.video' : 'media.audio');
  const [key, missed] = outcomeOf(record, direction === 'outgoing');
  const durationMs = record.durations.find((entry) => entry.accid === me)?.durationMs ?? 0;
  const outcome = text(lang, key, { time: formatDuration(durationMs) });
  const label = lang === 'zh' ? `${title}，${outcome}` : `${title}, ${outcome}`;
  return { media: record.media, direction, missed, title, text: outcome, label };
}

function outcomeOf(record: CallRecord, dialled: boolean): [key: TextKey, missed: boolean] {
  switch (record.status) {
    case 'complete':
      return ['record.complete', false];
    case 'cancelled':
      return dialled ? ['record.cancelled', false] : ['record.peerCancelled', true];
    case 'rejected':
      return dialled ? ['record.peerRejected', false] : ['record.rejected', false];
    case 'timed_out':
      return dialled ? ['record.noAnswer', false] : ['record.missed', true];
    case 'busy':
      return dialled ? ['record.peerBusy', false] : ['record.missedBusy', true];
    default:
      // A status of a later server.
      return ['record.unknown', false];
  }
}
