// Program and packages are released together, with one version: that of Cargo.toml.
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

const web = new URL('../../', import.meta.url);
const read = (path: string) => readFile(new URL(path, web), 'utf8');
const version = /^version = "(.+)"$/m.exec(await read('../Cargo.toml'))?.[1];

test.each(['sdk', 'ui'])('%s, and what it needs of us, has the version of the program', async (folder) => {
  const found = JSON.parse(await read(`${folder}/package.json`));
  const needed = Object.entries(found.dependencies ?? {}).filter(([name]) => name.startsWith('@hullo/'));
  expect({ version: found.version, ...Object.fromEntries(needed) }).toEqual({
    version,
    ...Object.fromEntries(needed.map(([name]) => [name, version])),
  });
});
