// One file has everything: SDK, screens, Lit and the WebAssembly module.
import { Hullo } from './hullo.standalone.js';

const find = (selector) => document.querySelector(selector);

async function start() {
  const login = await callLogin();
  const client = await Hullo.create({
    appKey: login.appKey,
    server: login.server,
    tokenProvider: async () => (await callLogin()).token,
  });
  find('hullo-call').client = client;
  const { accid, name = accid } = await client.login(login.accid, login.token);
  find('h1').textContent = `You are ${name}`;
  find('button').disabled = false;
}

find('form').addEventListener('submit', (event) => {
  event.preventDefault();
  // Shows the person what goes wrong, such as a name that nobody has.
  find('hullo-call').dial(new FormData(event.target).get('accid'), 'video');
});

/** The login of whoever is signed in to the app: ../backend-node answers it. */
async function callLogin() {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch('/call-login', { method: 'POST', headers, body: '{}' });
  if (!response.ok) throw new Error(`/call-login answered ${response.status}`);
  return response.json();
}

start().catch((error) => {
  find('[role=alert]').textContent = error.message;
});
