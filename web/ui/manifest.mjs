// Writes custom-elements.json, which tells editors and documentation tools what the public elements have: attributes,
// properties, events, parts and custom properties, all from the doc tags in the sources. `--check` compares instead.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { create, ts } from '@custom-elements-manifest/analyzer';
import { litPlugin } from '@custom-elements-manifest/analyzer/src/features/framework-plugins/lit/lit.js';

const here = import.meta.dirname;
const target = path.join(here, 'custom-elements.json');

/** Where the elements are that `src/index.ts` exports. */
const sources = [
  'src/call.ts',
  'src/recents.ts',
  'src/record.ts',
  'src/parts/avatar.ts',
  'src/parts/faces.ts',
];
/** What is shipped: all of them in one module. */
const shipped = 'dist/index.js';

function manifest() {
  const modules = sources.map((source) =>
    ts.createSourceFile(source, readFileSync(path.join(here, source), 'utf8'), ts.ScriptTarget.ES2022, true),
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

const wanted = `${JSON.stringify(manifest(), null, 2)}\n`;
if (!process.argv.includes('--check')) {
  writeFileSync(target, wanted);
} else if (readFileSync(target, 'utf8') !== wanted) {
  console.error('web/ui/custom-elements.json is stale: run `npm run manifest -w ui` in web/ and commit it');
  process.exit(1);
}
