// What is written into a fresh project: its package.json and its lock, with the tarballs of SDK and UI beside what is pinned.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { projects } from './projects.mjs';

const root = resolve(import.meta.dirname, '../../..');
/** Where the projects are put, outside of web/, whose packages they must not find. */
export const installed = join(root, 'target/installs');
/** Where the tarballs are put; the examples name `../../dist` for the root's. */
export const tarballs = join(root, 'target/dist');

/** Makes both tarballs of what is built now; returns their paths. */
export function packTarballs() {
  const output = execFileSync('node', [join(root, 'web/pack.mjs'), tarballs], { encoding: 'utf8' });
  return output.trim().split('\n');
}

export const sourceOf = (name) => join(root, projects[name].from);
export const lockOf = (name) => join(root, 'web/installs/locks', `${name}.json`);

/** The package.json of a project. */
export function manifestOf(name, files) {
  const manifest = JSON.parse(readFileSync(join(sourceOf(name), 'package.json'), 'utf8'));
  const { dependencies = {}, devDependencies = {} } = manifest;
  for (const [dependency, version] of Object.entries(projects[name].with)) {
    const kind = dependency in dependencies ? dependencies : devDependencies;
    kind[dependency] = version;
  }
  for (const file of files) dependencies[packageOf(file).name] = `file:${file}`;
  return { ...manifest, name: `fresh-${name}`, dependencies, devDependencies };
}

/** The lock with the entries of the tarballs, as npm itself would have written them. */
export function lockWith(lock, manifest, files) {
  const { name: _, scripts: __, type: ___, private: ____, ...wanted } = manifest;
  const packages = { ...lock.packages, '': { ...lock.packages[''], ...wanted } };
  for (const file of files) {
    const { name, version, license, dependencies, peerDependencies, peerDependenciesMeta } = packageOf(file);
    const entry = {
      version,
      resolved: `file:${file}`,
      license,
      dependencies,
      peerDependencies,
      peerDependenciesMeta,
    };
    packages[`node_modules/${name}`] = JSON.parse(JSON.stringify(entry));
  }
  return { ...lock, packages };
}

/** The lock without them, for they are others after each build. */
export function lockWithout(lock) {
  const packages = Object.fromEntries(
    Object.entries(lock.packages).filter(([path]) => !path.includes('node_modules/@hullo/')),
  );
  const { dependencies: _, devDependencies: __, ...rest } = packages[''];
  return { ...lock, packages: { ...packages, '': rest } };
}

/** The package.json of a tarball. */
export function packageOf(file) {
  return JSON.parse(execFileSync('tar', ['-xzOf', file, 'package/package.json'], { encoding: 'utf8' }));
}
