/// <reference types="vite/client" />
// The README and custom-elements.json say of the elements what the sources say. That custom-elements.json is up to date
// is checked by `npm run types`.
import { expect, test } from 'vitest';
import manifest from '../custom-elements.json?raw';
import readme from '../README.md?raw';
import { scores } from '../src/sound/score.ts';

interface Named {
  readonly name: string;
}

interface Declaration {
  readonly tagName: string;
  readonly members: readonly (Named & { kind: string; attribute?: string; type?: { text: string } })[];
  readonly cssProperties?: readonly Named[];
  readonly cssParts?: readonly Named[];
  readonly events?: readonly Named[];
  readonly slots?: readonly Named[];
}

const sources = import.meta.glob<string>('../src/**/*.ts', { query: '?raw', import: 'default', eager: true });
const declarations: readonly Declaration[] = JSON.parse(manifest).modules[0].declarations;
const elements = ['hullo-call', 'hullo-recents', 'hullo-record'];

function declarationOf(tagName: string): Declaration {
  const found = declarations.find((declaration) => declaration.tagName === tagName);
  if (!found) throw new Error(`the manifest has no ${tagName}`);
  return found;
}

/** The rows of the tables below `heading` whose first column is headed `column`, without the backticks. */
function tableOf(heading: string, column: string): string[][] {
  const section = readme.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const tables = section
    .trim()
    .split('\n\n')
    .filter((block) => block.startsWith(`| ${column} |`));
  return tables
    .flatMap((table) => table.split('\n'))
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim().replace(/^`|`$/g, '')))
    .map((cells) => cells.slice(1, -1).map((cell) => cell.replaceAll('\\|', '|')));
}

const names = (named: readonly Named[] = []): string[] => named.map(({ name }) => name).sort();

test.each(elements)('README lists the properties of <%s> with attribute and type', (tagName) => {
  const fields = declarationOf(tagName).members.filter(({ kind }) => kind === 'field');
  expect(tableOf(`\`<${tagName}>\``, 'property').map((cells) => cells.slice(0, 3))).toEqual(
    fields.map(({ name, attribute = '', type }) => [name, attribute, type?.text.replace(' | undefined', '')]),
  );
});

test.each(elements)('README lists the methods, events, slots and parts of <%s>', (tagName) => {
  const { members, events, slots, cssParts } = declarationOf(tagName);
  const listed = (column: string): string[] =>
    tableOf(`\`<${tagName}>\``, column)
      .map(([name = '']) => name.replace(/\(.*/, ''))
      .sort();
  expect(listed('method')).toEqual(names(members.filter(({ kind }) => kind === 'method')));
  expect(listed('event')).toEqual(names(events));
  expect(listed('slot')).toEqual(names(slots));
  expect(listed('part')).toEqual(names(cssParts));
});

test('README lists every custom property that an app can set', () => {
  const all = elements.flatMap((tagName) => names(declarationOf(tagName).cssProperties));
  const own = all.filter((name) => name.startsWith('--hullo-'));
  expect(
    tableOf('Looks', 'property')
      .map(([name]) => name)
      .sort(),
  ).toEqual([...new Set(own)].sort());
});

test('README lists every button and every tone', () => {
  const call = '`<hullo-call>`';
  const named = (source: string, pattern: RegExp): string[] =>
    [...(sources[source] ?? '').matchAll(pattern)].map(([, name = '']) => name).sort();
  const first = (rows: string[][]): string[] => rows.map(([name = '']) => name).sort();
  expect(first(tableOf(call, 'button'))).toEqual(named('../src/controls.ts', /\| '(\w+)'/g));
  expect(first(tableOf(call, 'tone'))).toEqual(Object.keys(scores).sort());
});

test('README has no link that dies where the package is read', () => {
  const links = [...readme.matchAll(/\]\(([^)]+)\)/g)].map(([, target = '']) => target);
  expect(links.filter((target) => !/^(https:|#)/.test(target))).toEqual([]);
  const anchors = [...readme.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title.toLowerCase().replace(/[`<>]/g, '').replaceAll(' ', '-'),
  );
  for (const target of links.filter((link) => link.startsWith('#')))
    expect(anchors).toContain(target.slice(1));
});

test('no style says left or right where it means start or end', () => {
  const physical = /^\s*(?:margin|padding|border)?-?(?:left|right)(?:-\w+)?:|text-align: (?:left|right)/;
  const lines = Object.entries(sources).flatMap(([file, code]) =>
    code
      .split('\n')
      .filter((line) => line.endsWith(';'))
      .map((line) => `${file}:${line}`),
  );
  const found = lines.filter((line) => physical.test(line.slice(line.indexOf(':') + 1)));
  // Half of a width is the same from either side.
  expect(found.filter((line) => !line.endsWith('left: 50%;'))).toEqual([]);
});
