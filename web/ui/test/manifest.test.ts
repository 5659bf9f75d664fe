/// <reference types="vite/client" />
// The README and custom-elements.json say of the elements what the sources say. That custom-elements.json is up to date
// is checked by `npm run types`.
import { expect, test } from 'vitest';
import manifest from '../custom-elements.json?raw';
import readme from '../README.md?raw';

interface Named {
  readonly name: string;
}

interface Declaration {
  readonly tagName: string;
  readonly members: readonly (Named & { kind: string; attribute?: string; type?: { text: string } })[];
  readonly cssProperties?: readonly Named[];
  readonly cssParts?: readonly Named[];
  readonly events?: readonly Named[];
}

const sources = import.meta.glob<string>('../src/**/*.ts', { query: '?raw', import: 'default', eager: true });
const declarations: readonly Declaration[] = JSON.parse(manifest).modules[0].declarations;
const elements = ['hullo-call', 'hullo-record'];

function declarationOf(tagName: string): Declaration {
  const found = declarations.find((declaration) => declaration.tagName === tagName);
  if (!found) throw new Error(`the manifest has no ${tagName}`);
  return found;
}

/** The cells of the table below `heading`, without the backticks. */
function tableOf(heading: string): string[][] {
  const section = readme.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim().replace(/^`|`$/g, '')))
    .map((cells) => cells.slice(1, -1).map((cell) => cell.replaceAll('\\|', '|')));
}

const names = (named: readonly Named[] = []): string[] => named.map(({ name }) => name).sort();

/** The `--hullo-*` properties that some sources come to use, through the private ones of the theme. */
function customPropertiesIn(wanted: (path: string) => boolean): string[] {
  const theme = sources['../src/theme.ts'] ?? '';
  const used = Object.keys(sources)
    .filter(wanted)
    .map((path) => sources[path] ?? '')
    .join('');
  return [...theme.matchAll(/(--_[\w-]+):\s*var\(\s*(--hullo-[\w-]+)/g)]
    .filter(([, own]) => used.includes(`var(${own})`))
    .map(([, , open]) => open ?? '')
    .sort();
}

test.each(elements)('README lists the properties of <%s> with attribute and type', (tagName) => {
  const fields = declarationOf(tagName).members.filter(({ kind }) => kind === 'field');
  expect(tableOf(`\`<${tagName}>\``).map((cells) => cells.slice(0, 3))).toEqual(
    fields.map(({ name, attribute = '', type }) => [name, attribute, type?.text.replace(' | undefined', '')]),
  );
});

test('README lists every custom property', () => {
  const all = elements.flatMap((tagName) => names(declarationOf(tagName).cssProperties));
  expect(
    tableOf('Looks')
      .map(([name]) => name)
      .sort(),
  ).toEqual([...new Set(all)].sort());
});

test.each(elements)('README names the methods, events and parts of <%s>', (tagName) => {
  const { members, events, cssParts } = declarationOf(tagName);
  for (const name of names(members.filter(({ kind }) => kind === 'method')))
    expect(readme).toContain(`${name}(`);
  for (const name of [...names(events), ...names(cssParts)]) expect(readme).toContain(`\`${name}\``);
});

test('custom properties of <hullo-record> are those that its styles use', () => {
  expect(names(declarationOf('hullo-record').cssProperties)).toEqual(
    customPropertiesIn((path) => path.endsWith('/record.ts') || path.endsWith('/theme.ts')),
  );
});

test('custom properties of <hullo-call> are those that its styles and those of its parts use', () => {
  expect(names(declarationOf('hullo-call').cssProperties)).toEqual(
    customPropertiesIn((path) => !path.endsWith('/record.ts')),
  );
});
