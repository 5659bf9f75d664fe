// Run: node --test docs/hops.test.mjs
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forgottenFiles, hopsOf, isTest, staleHops, stepsWithoutHop } from './hops.mjs';

const files = {
  'crates/core/src/hub.rs': [
    'pub struct Hub {\n    calls: Calls,\n}\n',
    'pub enum Command {\n    Subscribe {\n        peer: u64,\n    },\n    Ping,\n}\n',
    'impl<S: Store> Hub<S> {\n    pub(super) fn handle(&mut self) {}\n}\n',
    'impl Display for Room {\n    fn fmt(&self) {}\n}\n',
    'pub fn free() {}\n',
    '#[cfg(test)]\nmod tests {\n    fn pings() { Command::Ping; }\n}\n',
  ].join('\n'),
  'web/sdk/src/hullo.ts': [
    'export class Hullo {\n  async call(accid: string): Promise<void> {\n  }\n\n  #step(): void {}\n}\n',
    'export function eventFrom(value: unknown) {}\n',
    "export type Op =\n  | { op: 'ping' };\n",
  ].join('\n'),
};
const read = (path) => files[path];
const rust = (name) => staleHops(`\`crates/core/src/hub.rs\` \`${name}\``, read);
const typescript = (name) => staleHops(`\`web/sdk/src/hullo.ts\` \`${name}\``, read);

test('a hop is a file and a name side by side', () => {
  const text = '1. `web/sdk/src/hullo.ts` `Hullo.call` asks; see `crates/core` and `Hub::handle`.';
  assert.deepEqual(hopsOf(text), [{ path: 'web/sdk/src/hullo.ts', name: 'Hullo.call' }]);
});

test('a hop to what is declared is in order', () => {
  for (const name of ['Hub', 'Hub::handle', 'Hub::calls', 'Command::Subscribe', 'Command::Ping', 'Room::fmt', 'free']) {
    assert.deepEqual(rust(name), [], name);
  }
  for (const name of ['Hullo', 'Hullo.call', 'Hullo.#step', 'eventFrom', 'Op']) {
    assert.deepEqual(typescript(name), [], name);
  }
});

test('a hop to what is gone, or is in another type, is stale', () => {
  for (const name of ['handle_all', 'Hub::free', 'Room::handle', 'Hub::hand', 'Command::Pin', 'calls']) {
    assert.deepEqual(rust(name), [`crates/core/src/hub.rs does not declare ${name}`]);
  }
  for (const name of ['call', 'Hullo.eventFrom', 'Hullo.step']) {
    assert.deepEqual(typescript(name), [`web/sdk/src/hullo.ts does not declare ${name}`]);
  }
  assert.deepEqual(staleHops('`crates/core/src/gone.rs` `Hub`', read), ['there is no crates/core/src/gone.rs']);
});

test('a step without a hop is found', () => {
  const text = '1. `crates/core/src/hub.rs` `Hub` decides.\n2. Then something happens.\n3. `Hub::handle` answers.\n';
  assert.deepEqual(stepsWithoutHop(text), ['Then something happens.', '`Hub::handle` answers.']);
});

test('a file that names the operation and is no step is forgotten', () => {
  const sources = Object.entries(files);
  const names = (...words) => words.map((word) => ({ word }));
  const recipe = '1. `crates/core/src/hub.rs` `Command::Subscribe` is the command.';
  assert.deepEqual(forgottenFiles(recipe, sources, names('Subscribe')), []);
  assert.deepEqual(forgottenFiles('', sources, names('Subscribe')), ['crates/core/src/hub.rs']);
  assert.deepEqual(forgottenFiles(recipe, sources, names('Subscribe', 'call')), ['web/sdk/src/hullo.ts']);
  assert.deepEqual(forgottenFiles('', sources, names('pings', 'step')), [], 'inline tests, and words inside others');
  assert.deepEqual(forgottenFiles('', sources, [{ word: 'call', in: '.rs' }]), []);
});

test('tests are known by their folders and names', () => {
  for (const path of ['crates/core/tests/endpoint/a.rs', 'crates/core/src/hub/tests/a.rs', 'crates/wasm/src/input/tests.rs', 'web/ui/test/a.test.ts', 'web/e2e/src/a.ts']) {
    assert.ok(isTest(path), path);
  }
  assert.ok(!isTest('crates/server/src/attest.rs'));
});
