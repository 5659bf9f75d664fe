// The README's five minutes, followed as they stand in a clean folder: the commands, the backend's requests by curl, and the
// client's lines in a page that has an app key, two buttons and a backend that hands out tokens.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { blocksOf } from './blocks.mjs';
import { launch, openPage, receives } from './browser.mjs';
import { Project } from './project.mjs';

let project;
let browser;
let app;
/** What the backend's requests have answered. */
let answers;

before(async () => {
  project = await Project.make();
  for (const block of blocksOf('../README.md')) answers = (await project.follow(block)) ?? answers;
  app = appOf(readFileSync(join(project.folder, 'app.env'), 'utf8'));
  await serveClient();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await project?.remove();
});

function appOf(printed) {
  const [, key, secret] = /app_key=(\S+)\napp_secret=(\S+)/.exec(printed);
  return { key, secret };
}

/** The page around the README's lines, built and served by Vite, with tokens at the address that the lines ask. */
async function serveClient() {
  await project.follow({ does: 'run', code: 'npm init -y && npm install ./dist/*.tgz vite' });
  const [{ code }] = blocksOf('../README.md').filter(({ language }) => language === 'ts');
  const lines = code
    .replace('https://calls.example.com', project.withPorts('http://127.0.0.1:7880'))
    .replace("fetch('/call-token')", "fetch('/call-token' + location.search)")
    .replace("login('alice')", "login(new URLSearchParams(location.search).get('user'))");
  const around = `const appKey = '${app.key}'; const [button, teamButton] = document.querySelectorAll('button');\n`;
  await project.follow({ file: 'main.ts', code: around + lines });
  const page = '<button>Bob</button><button>Team</button><script type="module" src="/main.ts"></script>';
  await project.follow({ file: 'index.html', code: page });
  writeFileSync(join(project.place, 'vite.config.js'), tokensAtTheServer());
  await project.follow({ does: 'serve', code: 'npx vite' });
}

/** A configuration of Vite that answers `/call-token` as the README's second request does. */
function tokensAtTheServer() {
  const address = project.withPorts('http://127.0.0.1:7880/v1/accounts');
  return `
    const headers = { authorization: 'Basic ${btoa(`${app.key}:${app.secret}`)}', 'content-type': 'application/json' };
    const ask = async (path, body) => (await fetch('${address}' + path, { method: 'POST', headers, body: JSON.stringify(body) })).json();
    const answer = async (request, response) => {
      const user = new URL(request.originalUrl, 'http://localhost').searchParams.get('user');
      await ask('', { accid: user });
      response.end((await ask('/' + user + '/tokens', { ttl_s: 86400 })).token);
    };
    export default {
      plugins: [{ name: 'tokens', configureServer: ({ middlewares }) => void middlewares.use('/call-token', answer) }],
    };`;
}

async function open(user) {
  const person = await openPage(browser, project.withPorts(`http://localhost:5173/?user=${user}`));
  await person.page.waitForFunction(() => document.querySelector('button').onclick);
  return person;
}

test('the requests of the README make an account and a token', () => {
  const [account, token] = answers.split('}{').map((text) => JSON.parse(`{${text.replace(/^\{|\}$/g, '')}}`));
  assert.equal(account.accid, 'alice');
  assert.match(token.token, /^[\w-]+\.[\w-]+\.[\w-]+$/);
});

test('the lines of the README call one, and a team', async () => {
  const [alice, bob] = [await open('alice'), await open('bob')];
  const [carol, dave] = [await open('carol'), await open('dave')];
  await alice.page.getByText('Bob', { exact: true }).click();
  await bob.page.getByTestId('hullo-accept').click();
  await Promise.all([receives(alice.page), receives(bob.page)]);
  await alice.page.getByTestId('hullo-hangup').click();
  await bob.page.getByTestId('hullo-hangup').waitFor({ state: 'detached' });
  await alice.page.getByText('Team', { exact: true }).click();
  await carol.page.getByTestId('hullo-accept').waitFor();
  await dave.page.getByTestId('hullo-accept').waitFor();
  assert.deepEqual(
    [alice, bob, carol, dave].flatMap(({ faults }) => faults),
    [],
  );
});
