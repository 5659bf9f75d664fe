// Every text that the call screens show, in every language. The English table names the keys; a language that lacks
// one does not compile. Words in braces are filled in: {name}, {time}.
import { en } from './texts/en.ts';
import { zh } from './texts/zh.ts';

/** Each text that a person can see has one; `texts` and the `{names}` in them are typed by it. */
export type TextKey = keyof typeof en;

/** Whatever the page says, one of these is shown. */
export type Language = 'en' | 'zh';

/** The whole table, for tests and for apps that want to look a text up. */
export const texts: Record<Language, Record<TextKey, string>> = { en, zh };

/** What the braces of a text are filled with. */
export type Fillings = Record<string, string | number>;

/** The text `key` in `lang`, its braces filled. A brace without a filling stays as it is. */
export function text(lang: Language, key: TextKey, fillings: Fillings = {}): string {
  return fill(texts[lang][key], fillings);
}

/** Fills the braces of `pattern`. */
export function fill(pattern: string, fillings: Fillings): string {
  return pattern.replace(/\{(\w+)\}/g, (brace, name: string) => String(fillings[name] ?? brace));
}

/** The language of the table for a tag such as `zh-CN` (BCP 47); English for any that is not Chinese. */
export function languageOf(tag: string): Language {
  return /^zh\b/i.test(tag) ? 'zh' : 'en';
}

/** The language of the page: its `lang`, or else the browser's first choice. */
export function languageOfPage(): Language {
  return languageOf(document.documentElement.lang || navigator.language);
}

/** Reads a `lang` attribute; without one the page decides. */
export const languageConverter = {
  fromAttribute: (tag: string | null): Language => (tag ? languageOf(tag) : languageOfPage()),
};
