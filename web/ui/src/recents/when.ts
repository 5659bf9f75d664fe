// How days and times of day read in a list.
import { type Locale, text } from '../texts.ts';

/** "Today", "Yesterday", the weekday within a week, or the date; the year only when it is another. */
export function dayOf(atMs: number, nowMs: number, locale: Locale): string {
  const [at, now] = [new Date(atMs), new Date(nowMs)];
  const days = Math.round((midnightOf(now) - midnightOf(at)) / 86_400_000);
  if (days === 0) return text(locale, 'recents.today');
  if (days === 1) return text(locale, 'recents.yesterday');
  if (days > 1 && days < 7) return at.toLocaleDateString(locale.tag, { weekday: 'long' });
  const sameYear = at.getFullYear() === now.getFullYear();
  return at.toLocaleDateString(locale.tag, {
    month: 'long',
    day: 'numeric',
    ...(sameYear ? {} : { year: 'numeric' }),
  });
}

/** Hours and minutes. */
export function timeOf(atMs: number, locale: Locale): string {
  return new Date(atMs).toLocaleTimeString(locale.tag, { hour: 'numeric', minute: '2-digit' });
}

function midnightOf(day: Date): number {
  return Date.UTC(day.getFullYear(), day.getMonth(), day.getDate());
}
