// Writes custom-elements.json, which tells editors and documentation tools what the public elements have: attributes,
// properties, events, parts and custom properties, all from the doc tags in the sources; and from it the components for React
// and Vue. `--check` compares instead.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { create, ts } from '@custom-elements-manifest/analyzer';
import { litPlugin } from '@custom-elements-manifest/analyzer/src/features/framework-plugins/lit/lit.js';
import { wrappersOf } from './wrappers.mjs';

const here = import.meta.dirname;
const read = (file) => readFileSync(path.join(here, file), 'utf8');

/** Where the elements are that `src/index.ts` exports. */
const sources = [...read('src/index.ts').matchAll(/from '\.\/(.+\.ts)'/g)]
  .map(([, file]) => `src/${file}`)
  .filter((file) => read(file).includes('@customElement('))
  .sort((a, b) => a.split('/').length - b.split('/').length || (a < b ? -1 : 1));
/** What is shipped: all of them in one module. */
const shipped = 'dist/index.js';

function manifest() {
  const modules = sources.map((source) =>
    ts.createSourceFile(source, read(source), ts.ScriptTarget.ES2022, true),
  );
  const found = create({ modules, plugins: litPlugin(), context: { dev: false, thirdPartyCEMs: [] } });
  const declarations = found.modules
    .flatMap(({ path: source, declarations }) => declarations.map((one) => ({ ...one, source })))
    .filter(({ customElement }) => customElement)
    .map((element) => ({
      ...element,
      members: element.members.filter(({ privacy }) => isPublic(privacy)),
      cssProperties: [...(element.cssProperties ?? []), ...cssPropertiesOf(element.source)],
    }))
    .map(({ source: _, ...element }) => element);
  const exports = declarations.flatMap(({ name, tagName }) => [
    { kind: 'js', name, declaration: { name, module: shipped } },
    { kind: 'custom-element-definition', name: tagName, declaration: { name, module: shipped } },
  ]);
  return {
    schemaVersion: found.schemaVersion,
    readme: 'README.md',
    modules: [{ kind: 'javascript-module', path: shipped, declarations, exports }],
  };
}

/** The sources that `source` comes to run, itself first; types run nothing. */
function closureOf(source, known = new Set()) {
  if (known.has(source)) return known;
  known.add(source);
  const code = readFileSync(path.join(here, source), 'utf8');
  for (const [, from] of code.matchAll(/^(?:import|export) (?!type )(?:[^;]*? from )?'(\.[^']+)'/gm))
    closureOf(path.join(path.dirname(source), from), known);
  return known;
}

/** The custom properties that an app can set on an element: those that it and its parts come to use, as their styles say. */
function cssPropertiesOf(source) {
  const files = [...closureOf(source)];
  const code = files.map((file) => readFileSync(path.join(here, file), 'utf8')).join('\n');
  // An element without the tokens takes them from the one that it stands in.
  if (!/import \{[^}]*\btokens\b/.test(code)) return [];
  const declared = code.matchAll(/\/\* ([^*]+) \*\/\s+(--_[\w-]+): var\(\s*(--hullo-[\w-]+)/g);
  return [...declared]
    .filter(([, , inner]) => code.includes(`var(${inner})`))
    .map(([, description, , name]) => ({ description, name }));
}

function isPublic(privacy) {
  return privacy !== 'private' && privacy !== 'protected';
}

/** As the formatter of the tree leaves it. */
function formatted(file, content) {
  const biome = path.join(here, '../node_modules/.bin/biome');
  return execFileSync(biome, ['format', `--stdin-file-path=${file}`], {
    cwd: here,
    input: content,
    encoding: 'utf8',
  });
}

const wanted = manifest();
const files = [
  ['custom-elements.json', `${JSON.stringify(wanted, null, 2)}\n`],
  ...wrappersOf(wanted.modules[0].declarations).map(([file, content]) => [file, formatted(file, content)]),
];
for (const [file, content] of files) {
  if (!process.argv.includes('--check')) {
    writeFileSync(path.join(here, file), content);
  } else if (!existsSync(path.join(here, file)) || read(file) !== content) {
    console.error(`web/ui/${file} is stale: run \`npm run manifest -w ui\` in web/ and commit it`);
    process.exitCode = 1;
  }
}
