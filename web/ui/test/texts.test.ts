import { afterEach, describe, expect, test } from 'vitest';
import { fill, languageOf, languageOfPage, text, texts } from '../src/texts.ts';

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
      const chinese: string = texts.zh[key as keyof typeof texts.en];
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
    expect(languageOfPage()).toBe(language);
  });
});
