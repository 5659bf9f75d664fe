// The tarballs as such: what is in them, that their types hold in the oldest TypeScript, and that Node imports them.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Project } from '../src/project.ts';

describe.each(['sdk', 'ui'])('@hullo/%s', (name) => {
  const install = async () => {
    const project = await Project.install('vite8-react19');
    const folder = project.path(`node_modules/@hullo/${name}`);
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return { folder, manifest };
  };

  test('has what a registry shows, and nothing of this tree', async () => {
    const { manifest } = await install();
    expect(manifest).toMatchObject({
      license: 'MIT OR Apache-2.0',
      author: expect.any(String),
      homepage: expect.stringMatching(/^https:/),
      repository: { type: 'git', url: expect.stringMatching(/^git\+https:/), directory: `web/${name}` },
      bugs: { url: expect.stringMatching(/^https:/) },
      keywords: expect.arrayContaining(['webrtc']),
      engines: { node: expect.any(String) },
    });
    expect(manifest.sideEffects).toBeDefined();
    expect(Object.keys(manifest)).not.toContain('devDependencies');
    expect(JSON.stringify(manifest)).not.toContain('@hullo/source');
  });

  test('has every file that it exports, and its licences', async () => {
    const { folder, manifest } = await install();
    const targets = Object.values<string | Record<string, string>>(manifest.exports).flatMap((target) =>
      typeof target === 'string' ? [target] : Object.values(target),
    );
    const wanted = [...targets, 'README.md', 'LICENSE-MIT', 'LICENSE-APACHE'];
    expect(wanted.filter((file) => !existsSync(join(folder, file)))).toEqual([]);
    expect(targets).toContain('./package.json');
    expect(readdirSync(folder).sort()).not.toContain('wasm');
  });

  test('has a README whose links lead somewhere from anywhere', async () => {
    const { folder } = await install();
    const readme = readFileSync(join(folder, 'README.md'), 'utf8');
    const links = [...readme.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link ?? '');
    const dead = links.filter((link) => !/^(https:|#)/.test(link) && !existsSync(join(folder, link)));
    expect(dead).toEqual([]);
  });
});

/** What a page may not write, each with what the compiler says of it. */
const WRONG = `
import { HulloCall, HulloRecord, useHullo } from '@hullo/ui/react';
export const right = [
  <HulloCall key="1" client={undefined} theme="dark" className="mine" />,
  <HulloRecord key="2" onRedial={({ detail }) => detail.callId.length} />,
  <hullo-call key="3" silent />,
];
export const wrong = [
  // @ts-expect-error: there is no such property
  <HulloCall key="1" nonsense={1} />,
  // @ts-expect-error: it is no number
  <HulloCall key="2" theme={1} />,
  // @ts-expect-error: nor here
  <hullo-call key="3" theme={1} />,
];
// @ts-expect-error: the client has no such operation
export const Dialler = () => useHullo({ appKey: 'demo' }).client?.dial('bob');
// @ts-expect-error: the app is not named
export const Nameless = () => useHullo({ accid: 'alice' }).state;
`;

test.each([
  ['vite5-react18', 'TypeScript 5.0 and React 18', []],
  ['vite8-react19', 'TypeScript 5.9 and React 19, declarations included', ['--skipLibCheck', 'false']],
])('%s: types hold in %s', async (name, _, options) => {
  const project = await Project.install(name);
  project.write('src/wrong.tsx', WRONG);
  await project.run('tsc', '--noEmit', ...options);
});

test('types hold in the templates of Vue', async () => {
  const project = await Project.install('vite6-vue');
  await project.run('vue-tsc', '--noEmit');
  const page = project.read('src/Calls.vue');
  project.write('src/Calls.vue', page.replace(':client="client"', ':client="client" theme="dusk"'));
  await expect(project.run('vue-tsc', '--noEmit')).rejects.toThrow(/dusk/);
});

test('Node imports what an app renders on a server', async () => {
  const entries = { 'vite8-react19': ['sdk', 'ui', 'ui/react'], 'vite6-vue': ['ui/vue'] };
  for (const [name, paths] of Object.entries(entries)) {
    const project = await Project.install(name);
    for (const path of paths) {
      const script = `import * as all from '@hullo/${path}'; console.log(Object.keys(all).join())`;
      const names = execFileSync('node', ['--input-type=module', '--eval', script], {
        cwd: project.folder,
        encoding: 'utf8',
      });
      expect(names).toMatch(/Hullo/);
    }
  }
});
