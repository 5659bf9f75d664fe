// Compiles the TypeScript of all pages against the SDK and the UI as they are: each block is a module of its own, which knows
// page.ts and everything that the packages export. Run: node docs/snippets/compile.mjs
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = dirname(dirname(import.meta.dirname));
const out = join(import.meta.dirname, 'blocks');

/** Pages whose TypeScript is compiled elsewhere, or is not for this SDK. */
const others = ['docs/migration.md', 'docs/tokens.md'];
/** Languages of blocks, and the file that each becomes. */
const extensions = { ts: 'ts', tsx: 'tsx', vue: 'ts' };

const declaration = /^export (?:declare )?(?:abstract )?(?:class|function|type|interface|const) (\w+)/gm;
const given = namesOf('docs/snippets/page.ts', declaration);
const packages = {
  '@hullo/sdk': namesOf('web/sdk/etc/sdk.api.md', declaration),
  '@hullo/ui': namesOf('web/ui/etc/ui.api.md', declaration),
};

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const pages = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', 'docs/*.md', 'README*.md', 'web/*/README.md'],
  {
    cwd: root,
    encoding: 'utf8',
  },
);
let count = 0;
for (const page of pages.split('\n').filter((name) => name && !others.includes(name))) compile(page);
const tsc = join(root, 'web/node_modules/.bin/tsc');
const { status } = spawnSync(tsc, ['-p', join(import.meta.dirname, 'tsconfig.blocks.json')], {
  stdio: 'inherit',
});
if (status === 0) console.log(`${count} blocks compile`);
process.exit(status ?? 1);

/** Writes each block of a page as a module, beside the number of its line. */
function compile(page) {
  const text = readFileSync(join(root, page), 'utf8');
  for (const { index, 1: language, 2: code } of text.matchAll(/^```(\w+)[^\n]*\n([\s\S]*?)^```$/gm)) {
    const extension = extensions[language];
    // What leaves something out is no whole program.
    if (!extension || code.includes('/* … */')) continue;
    const script =
      language === 'vue' ? (/<script setup lang="ts">\n([\s\S]*?)<\/script>/.exec(code)?.[1] ?? '') : code;
    const line = text.slice(0, index).split('\n').length;
    const name = `${page.replace(/[/.]/g, '_')}_${line}.${extension}`;
    writeFileSync(join(out, name), `${importsOf(script)}\n${script}\nexport {};\n`);
    count += 1;
  }
}

/** Imports of the names that a block uses and does not declare itself. */
function importsOf(code) {
  const own = new Set(
    [
      ...code.matchAll(/\b(?:const|let|function|class) (\w+)|\{([^{}]*)\} =|import (?:type )?\{([^}]*)\}/g),
    ].flatMap(declared),
  );
  const used = (names) =>
    names.filter((name) => !own.has(name) && new RegExp(`(?<![\\w'])(?<!(?<!\\.\\.)\\.)${name}\\b(?!['\\w])`).test(code));
  const from = { '../page.ts': given, ...packages };
  const taken = new Set();
  return Object.entries(from)
    .map(([source, names]) => {
      const wanted = used(names).filter((name) => !taken.has(name) && taken.add(name));
      return wanted.length > 0 ? `import { ${wanted.join(', ')} } from '${source}';` : '';
    })
    .filter(Boolean)
    .join('\n');
}

/** The names that a declaration, a destructuring or an import of a block makes. */
function declared([, name, destructured, imported]) {
  const list = destructured ?? imported;
  if (list === undefined) return [name];
  return list.split(',').map((part) =>
    part
      .split(/[=]/)[0]
      .split(/:| as /)
      .at(-1)
      .trim(),
  );
}

function namesOf(file, pattern) {
  return [...readFileSync(join(root, file), 'utf8').matchAll(pattern)].map(([, name]) => name);
}
