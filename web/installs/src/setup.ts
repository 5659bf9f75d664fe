// Before all tests: the tarballs of what is built now, and every project with them installed.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Project } from './project.ts';
import { projects } from './projects.mjs';
import { packTarballs } from './recipe.mjs';

/** npm waits for the network more than it works. */
const AT_ONCE = 3;

export default async function setup(): Promise<void> {
  const built = join(import.meta.dirname, '../../ui/dist/hullo.standalone.js');
  if (!existsSync(built)) throw new Error('SDK and UI are not built: run `cargo xtask web` first');
  packTarballs();
  const names = Object.keys(projects);
  const installNext = async () => {
    for (let name = names.shift(); name; name = names.shift()) await Project.install(name);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, installNext));
}
