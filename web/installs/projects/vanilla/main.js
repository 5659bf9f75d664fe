// The ten lines of the README, with a backend that answers /call-login.
import { Hullo } from '@hullo/sdk';
import '@hullo/ui';

const headers = { 'content-type': 'application/json' };

async function start() {
  const { appKey, server, accid, token } = await (
    await fetch('/call-login', { method: 'POST', headers, body: '{}' })
  ).json();
  const client = await Hullo.create({ appKey, server });
  const account = await client.login(accid, token);

  const screen = document.createElement('hullo-call');
  screen.client = client;
  document.body.append(screen);

  document.querySelector('h1').textContent = `You are ${account.name}`;
  document.querySelector('button').onclick = () => screen.dial('bob', 'video');
}

start();
