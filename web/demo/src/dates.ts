// How days and times of day read in a conversation.
import { type DemoLanguage, demoText } from './texts.ts';

const locales: Record<DemoLanguage, string> = { en: 'en', zh: 'zh-CN' };

/** "Today", "Yesterday", or the date; the year only when it is another. */
export function dayOf(atMs: number, nowMs: number, lang: DemoLanguage): string {
  const at = new Date(atMs);
  const now = new Date(nowMs);
  const yesterday = new Date(nowMs);
  yesterday.setDate(now.getDate() - 1);
  if (at.toDateString() === now.toDateString()) return demoText(lang, 'day.today');
  if (at.toDateString() === yesterday.toDateString()) return demoText(lang, 'day.yesterday');
  const sameYear = at.getFullYear() === now.getFullYear();
  return at.toLocaleDateString(locales[lang], {
    weekday: 'long',
    month: 'long',
    day: 'numeric',
    ...(sameYear ? {} : { year: 'numeric' }),
  });
}

/** Hours and minutes. */
export function timeOf(atMs: number, lang: DemoLanguage): string {
  return new Date(atMs).toLocaleTimeString(locales[lang], { hour: '2-digit', minute: '2-digit' });
}
