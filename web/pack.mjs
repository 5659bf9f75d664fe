// Makes the tarballs of @hullo/sdk and @hullo/ui, as npm publishes them: `node pack.mjs FOLDER` in web/, after a build. Each package is
// put together in a folder of its own, with the licences, a package.json without what only this tree needs, and a README whose links
// lead somewhere from anywhere. Prints the files.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix, resolve } from 'node:path';

const here = import.meta.dirname;
const PACKAGES = ['sdk', 'ui'];
const LICENCES = ['LICENSE-MIT', 'LICENSE-APACHE'];

if (process.argv.includes('--refuse')) {
  console.error('this folder is not the package: `cargo xtask dist` makes it, in dist/');
  process.exit(1);
}
const [target] = process.argv.slice(2);
if (!target) throw new Error('usage: node pack.mjs FOLDER');
mkdirSync(target, { recursive: true });
// Those of another version would be taken for the packages of today.
for (const file of readdirSync(target)) if (/^hullo-.*\.tgz$/.test(file)) rmSync(join(target, file));
for (const folder of PACKAGES) console.log(pack(folder, resolve(target)));

/** Packs `web/<folder>` into a file of `target`; returns its path. */
function pack(folder, target) {
  const source = join(here, folder);
  const stage = mkdtempSync(join(tmpdir(), 'hullo-pack-'));
  try {
    const manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
    for (const file of manifest.files) cpSync(join(source, file), join(stage, file), { recursive: true });
    for (const file of LICENCES) cpSync(join(here, '..', file), join(stage, file));
    writeFileSync(join(stage, 'README.md'), readmeOf(source, manifest));
    writeFileSync(join(stage, 'package.json'), `${JSON.stringify(published(manifest), null, 2)}\n`);
    const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', target];
    const [{ filename }] = Object.values(
      JSON.parse(execFileSync('npm', args, { cwd: stage, encoding: 'utf8' })),
    );
    return join(target, filename);
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

/** What a user of the package needs to know of it. */
function published({ scripts: _, devDependencies: __, ...manifest }) {
  const exports = Object.entries(manifest.exports).map(([path, conditions]) => {
    if (typeof conditions === 'string') return [path, conditions];
    const { '@hullo/source': ___, ...rest } = conditions;
    return [path, rest];
  });
  const sideEffects = Array.isArray(manifest.sideEffects)
    ? manifest.sideEffects.filter((path) => !path.startsWith('./src'))
    : manifest.sideEffects;
  return {
    ...manifest,
    sideEffects,
    exports: Object.fromEntries(exports),
    files: [...manifest.files, ...LICENCES],
  };
}

/** The README; links out of the package lead to the repository. */
function readmeOf(source, { repository, files }) {
  const tree = `${repository.url.replace(/^git\+|\.git$/g, '')}/blob/main/`;
  return readFileSync(join(source, 'README.md'), 'utf8').replace(/\]\(([^)\s]+)\)/g, (link, path) => {
    const isElsewhere = !/^[a-z]+:|^#/.test(path) && !files.includes(path);
    return isElsewhere ? `](${tree}${posix.join(repository.directory, path)})` : link;
  });
}
