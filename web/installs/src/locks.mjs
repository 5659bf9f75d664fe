// Renews locks/: `npm run locks -w installs` in web/, after a build, when a project or a dependency of SDK or UI has changed.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { projects } from './projects.mjs';
import { lockOf, lockWithout, manifestOf, packTarballs } from './recipe.mjs';

const files = packTarballs();
const [wanted] = process.argv.slice(2);
for (const name of Object.keys(projects).filter((one) => !wanted || one === wanted)) {
  const folder = mkdtempSync(join(tmpdir(), 'hullo-lock-'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifestOf(name, files)));
  writeFileSync(join(folder, '.npmrc'), 'omit-lockfile-registry-resolved=true\n');
  const install = ['install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund'];
  execFileSync('npm', install, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  const lock = lockWithout(JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')));
  mkdirSync(dirname(lockOf(name)), { recursive: true });
  writeFileSync(lockOf(name), `${JSON.stringify(lock, null, 1)}\n`);
  rmSync(folder, { recursive: true });
  console.log(`${name}: ${Object.keys(lock.packages).length - 1} packages`);
}
