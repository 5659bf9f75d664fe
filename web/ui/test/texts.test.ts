import { afterEach, describe, expect, test } from 'vitest';
import { fill, languageOf, languageOfPage, localeOf, type Texts, text, texts } from '../src/texts.ts';

const bracesOf = (pattern: string): string[] => (pattern.match(/\{\w+\}/g) ?? []).sort();

describe('the translation table', () => {
  test('has the same keys in every language', () => {
    expect(Object.keys(texts.zh).sort()).toEqual(Object.keys(texts.en).sort());
  });

  test('has no empty text', () => {
    for (const [lang, table] of Object.entries(texts)) {
      for (const [key, words] of Object.entries(table)) expect(words.trim(), `${lang} ${key}`).not.toBe('');
    }
  });

  test('fills nothing in Chinese that English does not fill', () => {
    for (const [key, words] of Object.entries(texts.en)) {
      const chinese: string = texts.zh[key as keyof Texts];
      expect(bracesOf(words), key).toEqual(expect.arrayContaining(bracesOf(chinese)));
    }
  });

  test('has no English left in the Chinese column', () => {
    for (const [key, words] of Object.entries(texts.zh)) {
      expect(words.replace(/\{\w+\}/g, ''), key).not.toMatch(/[A-Za-z]/);
    }
  });
});

test('text is filled', () => {
  expect(text('en', 'end.remoteBusy', { name: 'Bob' })).toBe('Bob is on another call');
  expect(text('zh', 'end.remoteBusy', { name: 'Bob' })).toBe('对方正在通话中');
});

test('brace that nothing fills stays visible', () => {
  expect(fill('{name} at {time}', { name: 'Bob' })).toBe('Bob at {time}');
});

describe('words of the app’s own', () => {
  test('replace those they name; the rest is English, or Chinese for Chinese', () => {
    const own = { 'control.accept': 'Pick up' };
    expect(text(localeOf('en', own), 'control.accept')).toBe('Pick up');
    expect(text(localeOf('en', own), 'control.reject')).toBe('Decline');
    expect(text(localeOf('fr', { 'control.accept': 'Répondre' }), 'control.reject')).toBe('Decline');
    expect(text(localeOf('zh-CN', own), 'control.reject')).toBe(texts.zh['control.reject']);
  });

  test('that are undefined leave what is built in', () => {
    expect(
      text(localeOf('en', { 'control.accept': undefined } as unknown as Partial<Texts>), 'control.accept'),
    ).toBe('Accept');
  });

  test('are a language when none is missing: the type says so', () => {
    // @ts-expect-error One text is not a language.
    const incomplete: Texts = { 'control.accept': 'Répondre' };
    const complete: Texts = { ...texts.en, ...incomplete };
    expect(Object.keys(complete)).toEqual(Object.keys(texts.en));
  });
});

describe('direction', () => {
  test.each([
    ['he', 'rtl'],
    ['ar-EG', 'rtl'],
    ['fa', 'rtl'],
    ['az-Arab', 'rtl'],
    ['az', 'ltr'],
    ['de', 'ltr'],
    ['not a tag', 'ltr'],
  ])('of %s is %s', (tag, direction) => {
    expect(localeOf(tag, { 'control.accept': '…' }).direction).toBe(direction);
  });

  test('is that of the texts: a page in Hebrew without Hebrew texts reads English', () => {
    expect(localeOf('he')).toMatchObject({ tag: 'en', direction: 'ltr' });
  });

  test('of a name stays its own within a sentence from right to left', () => {
    const hebrew = localeOf('he', { 'incoming.screen': 'שיחה מ-{name}' });
    expect(text(hebrew, 'incoming.screen', { name: 'Bob' })).toBe('שיחה מ-\u2068Bob\u2069');
  });
});

describe('the language of the page', () => {
  afterEach(() => document.documentElement.removeAttribute('lang'));

  test.each([
    ['zh-CN', 'zh'],
    ['zh-Hant', 'zh'],
    ['en-GB', 'en'],
    ['fr', 'en'],
  ])('of %s is %s', (tag, language) => {
    document.documentElement.lang = tag;
    expect(languageOf(tag)).toBe(language);
    expect(languageOfPage()).toBe(tag);
  });
});
