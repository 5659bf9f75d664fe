// Every text that the elements show, and the languages they come in. English names the keys; a table that lacks one does
// not compile. Words in braces are filled in: {name}, {time}.
import { en } from './texts/en.ts';
import { zh } from './texts/zh.ts';

/** Each text that a person can see has one; `texts` and the `{names}` in them are typed by it. */
export type TextKey = keyof typeof en;

/** All texts in one language: a table of this type lacks none. */
export type Texts = Readonly<Record<TextKey, string>>;

/** The languages whose texts are built in. */
export type BuiltInLanguage = 'en' | 'zh';

/** What is written where: the texts, the language that they are in, and which way it runs. */
export interface Locale {
  /** BCP 47, such as `he`; dates and times are written by it. */
  readonly tag: string;
  readonly texts: Texts;
  readonly direction: 'ltr' | 'rtl';
}

/** A tag such as `zh-CN` (BCP 47), or a locale of one's own. */
export type Language = string | Locale;

/** The built-in tables, to look a text up or to begin a language with. */
export const texts: Readonly<Record<BuiltInLanguage, Texts>> = { en, zh };

const builtIn: Readonly<Record<BuiltInLanguage, Locale>> = {
  en: { tag: 'en', texts: en, direction: 'ltr' },
  zh: { tag: 'zh-CN', texts: zh, direction: 'ltr' },
};

/** Scripts that run from right to left (ISO 15924). */
const RTL_SCRIPTS = ['Arab', 'Hebr', 'Thaa', 'Syrc', 'Nkoo', 'Adlm', 'Rohg', 'Mand', 'Samr'];

/**
 * The locale of `tag` with an app's own words: what they lack is in the built-in language of the tag, or else in English.
 * Without own words it is a built-in locale, English for any tag that is not Chinese.
 */
export function localeOf(tag: string, own?: Partial<Texts>): Locale {
  const base = builtIn[languageOf(tag)];
  if (!own) return base;
  const known = Object.entries(own).filter(([, words]) => words !== undefined);
  return { tag, texts: { ...base.texts, ...Object.fromEntries(known) }, direction: directionOf(tag) };
}

/** Which way the language of `tag` runs. */
export function directionOf(tag: string): 'ltr' | 'rtl' {
  try {
    const { script = '' } = new Intl.Locale(tag).maximize();
    return RTL_SCRIPTS.includes(script) ? 'rtl' : 'ltr';
  } catch {
    // Not a tag.
    return 'ltr';
  }
}

/** Which way texts in `lang` run. */
export function directionIn(lang: Language): 'ltr' | 'rtl' {
  return typeof lang === 'string' ? localeOf(lang).direction : lang.direction;
}

/** What the braces of a text are filled with. */
export type Fillings = Record<string, string | number>;

/** The text `key` in `lang`, its braces filled. A brace without a filling stays as it is. */
export function text(lang: Language, key: TextKey, fillings: Fillings = {}): string {
  const { texts, direction } = typeof lang === 'string' ? localeOf(lang) : lang;
  return fill(texts[key], direction === 'rtl' ? isolated(fillings) : fillings);
}

/** Fills the braces of `pattern`. */
export function fill(pattern: string, fillings: Fillings): string {
  return pattern.replace(/\{(\w+)\}/g, (brace, name: string) => String(fillings[name] ?? brace));
}

/** Names in Latin letters keep their own direction within a sentence that runs the other way (first strong isolates). */
function isolated(fillings: Fillings): Fillings {
  return Object.fromEntries(
    Object.entries(fillings).map(([name, filling]) => [name, `\u2068${filling}\u2069`]),
  );
}

/** The built-in language for a tag such as `zh-CN` (BCP 47); English for any that is not Chinese. */
export function languageOf(tag: string): BuiltInLanguage {
  return /^zh\b/i.test(tag) ? 'zh' : 'en';
}

/** The language of the page, as a tag: its `lang`, or else the browser's first choice. */
export function languageOfPage(): string {
  return document.documentElement.lang || navigator.language;
}

/** Reads a `lang` attribute; without one the page decides. */
export const languageConverter = {
  fromAttribute: (tag: string | null): string => tag || languageOfPage(),
};
