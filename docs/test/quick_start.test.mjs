// The quick start, followed as it stands: its files are written, its commands run, and two people call each other in
// Chromium. Its first step, the build, is what this machine has built.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { blocksOf } from './blocks.mjs';
import { launch, openPage, receives } from './browser.mjs';
import { Project } from './project.mjs';

let project;
let browser;

before(async () => {
  project = await Project.make();
  for (const block of blocksOf('quick_start.md')) await project.follow(block);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await project?.remove();
});

async function open(user) {
  const person = await openPage(browser, project.withPorts(`http://localhost:5173/?user=${user}`));
  await person.page.getByText(`You are ${user}.`).waitFor();
  return person;
}

test('two people who follow the page see and hear each other', async () => {
  const alice = await open('alice');
  const bob = await open('bob');
  await alice.page.locator('#whom').fill('bob');
  await alice.page.locator('#call').click();
  await bob.page.getByTestId('hullo-accept').click();
  await Promise.all([receives(alice.page), receives(bob.page)]);
  await bob.page.getByTestId('hullo-hangup').click();
  await alice.page.getByTestId('hullo-hangup').waitFor({ state: 'detached' });
  assert.deepEqual([...alice.faults, ...bob.faults], []);
});

test('a name that nobody has is said on the screen, and is no exception', async () => {
  const { page, faults } = await open('carol');
  await page.locator('#whom').fill('nobody');
  await page.locator('#call').click();
  await page.getByText('This account doesn’t exist.').waitFor();
  assert.deepEqual(faults, []);
});

test('the Chinese page has the same code', () => {
  assert.deepEqual(blocksOf('quick_start.zh-CN.md'), blocksOf('quick_start.md'));
});
