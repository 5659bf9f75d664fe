'use client';
import type { HulloCall as HulloCallElement } from '@hullo/ui';
import { HulloCall, type UseHulloOptions, useHullo } from '@hullo/ui/react';
import { useEffect, useRef, useState } from 'react';

const headers = { 'content-type': 'application/json' };

export function Calls() {
  const screen = useRef<HulloCallElement>(null);
  const [login, setLogin] = useState<UseHulloOptions>({ appKey: '' });
  useEffect(() => {
    fetch('/call-login', { method: 'POST', headers, body: '{}' })
      .then((answer) => answer.json())
      .then(setLogin);
  }, []);
  const { client, account } = useHullo(login);
  return (
    <>
      <h1>{account ? `You are ${account.name}` : 'Signing in…'}</h1>
      <button type="button" onClick={() => screen.current?.dial('bob', 'video')}>
        Call
      </button>
      <HulloCall ref={screen} client={client} />
    </>
  );
}
