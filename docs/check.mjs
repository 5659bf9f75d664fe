// Checks that these pages are true of the code: the tests they name exist, the snippets are those that compile, the
// reference names every error, operation and event, ways through the code lead from one file to the next. In all pages of
// the repository no link is dead, and each page of docs/ is in the book and listed by the README of its folder.
// Run: node docs/check.mjs
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { forgottenFiles, isTest, staleHops, stepsWithoutHop } from './hops.mjs';
import { folders, front, listed } from './pages.mjs';
import { slugOf } from './slug.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const read = (path) => readFileSync(join(root, path), 'utf8');

/** Where the tests of an area are; `*` is the file. */
const areas = {
  endpoint: ['crates/core/tests/endpoint/*.rs'],
  hub: ['crates/core/src/hub/tests/*.rs'],
  call: ['crates/core/src/call/*.rs'],
  protocol: ['crates/protocol/tests/*.rs', 'crates/protocol/src/*.rs'],
  sfu: ['crates/sfu/tests/room/*.rs', 'crates/sfu/src/*.rs'],
  server: ['crates/server/tests/server/*.rs', 'crates/server/src/*.rs'],
  sim: ['crates/sim/tests/*.rs', 'crates/sim/src/*.rs'],
  sdk: ['web/sdk/test/*.test.ts'],
  ui: ['web/ui/test/*.test.ts'],
  e2e: ['web/e2e/test/*.test.ts'],
};

/** Pages whose numbered steps each begin with a hop. */
const walks = ['docs/walkthrough.md', 'docs/adding_an_operation.md'];

/** The operation that the recipe follows, by its names; `subscribe` is a word of the DOM, too. */
const sample = [
  { word: 'media.subscribe' },
  { word: 'Subscribe' },
  { word: 'subscribe', in: '.rs' },
  { word: 'ShowVideos' },
  { word: 'show_videos' },
  { word: 'showVideos' },
];

const faults = [];
const coming = new Map();
const pages = filesOf('*.md');
for (const page of pages) {
  const text = read(page);
  checkLinks(page, text);
  if (!page.startsWith('docs/')) continue;
  checkTests(page, text);
  checkListed(page);
  checkHops(page, text);
}
checkSnippets();
checkReference();
checkRecipe();

for (const [file, on] of coming) console.log(`to come: ${file} (${[...on].join(', ')})`);
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exit(1);
console.log(`${pages.length} pages are in order`);

/** Files as git sees them: tracked ones and new ones that are not ignored. */
function filesOf(...patterns) {
  const listed = ['ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate', ...patterns];
  const paths = execFileSync('git', listed, { cwd: root, encoding: 'utf8' }).split('\n');
  return paths.filter((path) => path && existsSync(join(root, path)));
}

/** `area/file: name` is a test that must exist; `area/file` alone is one that shall be written. */
function checkTests(page, text) {
  for (const [, area, file, name] of text.matchAll(/`([a-z0-9]+)\/([a-z_/]+)(?:: ([^`]+))?`/g)) {
    const paths = areas[area]?.map((pattern) => pattern.replace('*', file));
    if (!paths) continue;
    if (!name) {
      coming.set(`${area}/${file}`, (coming.get(`${area}/${file}`) ?? new Set()).add(page));
      continue;
    }
    const source = paths
      .filter((path) => existsSync(join(root, path)))
      .map(read)
      .join('\n');
    const there =
      source.includes(`fn ${name}(`) || source.includes(`'${name}'`) || source.includes(`fn ${name} `);
    if (!there) faults.push(`${page}: there is no test ${area}/${file}: ${name}`);
  }
}

/** A link leads to a file of the repository, and its anchor to a heading there. */
function checkLinks(page, text) {
  for (const target of linksOf(text)) {
    const [path, anchor] = target.split('#');
    const file = path === '' ? page : join(dirname(page), path);
    if (!existsSync(join(root, file))) faults.push(`${page}: dead link ${target}`);
    else if (anchor && !anchorsOf(read(file)).has(anchor)) faults.push(`${page}: no heading ${target}`);
  }
}

/** A page is listed by the nearest README above it. */
function checkListed(page) {
  let folder = dirname(page);
  while (page === `${folder}/README.md` || !existsSync(join(root, folder, 'README.md')))
    folder = dirname(folder);
  const links = linksOf(read(join(folder, 'README.md'))).map((target) => join(folder, target));
  if (!links.includes(page)) faults.push(`${folder}/README.md: does not list ${page}`);
  if (![front, ...listed].includes(page) && !folders.includes(dirname(page)))
    faults.push(`docs/pages.mjs: does not list ${page}`);
}

/** Where the links of a page lead within the repository; code is no link. */
function linksOf(text) {
  const prose = text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target)
    .filter((one) => !/^[a-z]+:/.test(one));
}

function anchorsOf(text) {
  return new Set([...text.matchAll(/^#+ (.+)$/gm)].map(([, title]) => slugOf(title)));
}

/** Each TypeScript block of the migration page is a region of the file that is type-checked, and each region is quoted. */
function checkSnippets() {
  const source = read('docs/snippets/migration.ts');
  const regions = new Map(
    [...source.matchAll(/\/\/ #region ([\w-]+)\n([\s\S]*?)\/\/ #endregion/g)].map(([, name, code]) => [
      code,
      name,
    ]),
  );
  for (const [, code] of read('docs/migration.md').matchAll(/```ts\n([\s\S]*?)```/g)) {
    if (!regions.delete(code)) faults.push(`migration.md: this is not in snippets/migration.ts:\n${code}`);
  }
  for (const name of regions.values()) faults.push(`migration.md: region ${name} is not quoted`);
}

/** The reference has a row for every error kind with its number, every operation and every event. */
function checkReference() {
  const page = read('docs/reference.md');
  const snake = (name) => name.replace(/(?!^)([A-Z])/g, '_$1').toLowerCase();
  const errors = [...read('crates/protocol/src/error.rs').matchAll(/^ {4}([A-Z]\w+) = (\d+),/gm)];
  for (const [, name, code] of errors) {
    const row = page.split('\n').find((line) => line.includes(`\`${snake(name)}\` ${code}`));
    if (!row) faults.push(`reference.md: no row with \`${snake(name)}\` ${code}`);
  }
  const events = read('web/sdk/src/events.ts').split('interface HulloEvents')[1].matchAll(/^ {2}(\w+):/gm);
  const classes = ['hullo', 'media_client', 'client'].map((file) => read(`web/sdk/src/${file}.ts`));
  const client = classes.map((text) => text.split(/^export (?:abstract )?class /m)[1].split('\n}\n')[0]).join('\n');
  const methods = client.matchAll(/^ {2}(?:static )?(?:async |get )?(?!constructor|private)(\w+)(?:<[^(]*>)?\(/gm);
  for (const [, name] of [...events, ...methods]) {
    if (!new RegExp(`\`${name}\\b`).test(page)) faults.push(`reference.md: nothing about ${name}`);
  }
  const requests = read('crates/protocol/src/request.rs').matchAll(/rename = "([a-z_]+\.[a-z_]+)"/g);
  const news = read('crates/protocol/src/event.rs').matchAll(/rename = "([a-z_]+\.[a-z_]+)"/g);
  for (const [, name] of [...requests, ...news]) {
    if (!page.includes(`\`${name}\``)) faults.push(`reference.md: nothing about ${name} on the wire`);
  }
}

/** Each hop leads to something that its file declares. */
function checkHops(page, text) {
  const find = (path) => (existsSync(join(root, path)) ? read(path) : undefined);
  for (const fault of staleHops(text, find)) faults.push(`${page}: ${fault}`);
  if (!walks.includes(page)) return;
  for (const step of stepsWithoutHop(text))
    faults.push(`${page}: a step begins without \`file\` \`name\`: ${step}`);
}

/** The recipe has a step for each source file outside tests that names its operation. */
function checkRecipe() {
  const recipe = 'docs/adding_an_operation.md';
  const sources = filesOf('crates/*.rs', 'web/*.ts').filter((path) => !isTest(path));
  const texts = sources.map((path) => [path, read(path)]);
  for (const path of forgottenFiles(read(recipe), texts, sample))
    faults.push(`${recipe}: no step for ${path}`);
}
