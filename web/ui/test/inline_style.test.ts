// Nothing needs 'unsafe-inline' for styles: they are set as properties. In a browser: web/installs, standalone.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { html, render } from 'lit';
import { expect, test } from 'vitest';
import { inlineStyle } from '../src/inline_style.ts';

test('styles are set and taken back', () => {
  const container = document.createElement('div');
  const stylesWith = (styles: Record<string, string>): string[] => {
    render(html`<p ${inlineStyle(styles)}></p>`, container);
    const style = container.querySelector('p')?.style;
    return [style?.getPropertyValue('--one') ?? '', style?.left ?? ''];
  };
  expect(stylesWith({ '--one': 'red', left: '4px' })).toEqual(['red', '4px']);
  expect(stylesWith({ left: '8px' })).toEqual(['', '8px']);
});

test('no template has a style attribute or element', () => {
  const folder = join(import.meta.dirname, '../src');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  const guilty = files.filter((file) => {
    const source = readFileSync(join(folder, file), 'utf8').replaceAll(/^\s*(\/\/|\*).*$/gm, '');
    return /\sstyle=["$]|style-map\.js|<style/.test(source);
  });
  expect(guilty).toEqual([]);
});
