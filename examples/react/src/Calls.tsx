import type { HulloCall as HulloCallElement } from '@hullo/ui';
import { HulloCall, useHullo } from '@hullo/ui/react';
import { type FormEvent, useRef } from 'react';
import { type CallLogin, callLogin, roomToken } from './backend';

export function Calls({ login }: { login: CallLogin }) {
  const screen = useRef<HulloCallElement>(null);
  const { client, account, error, retry } = useHullo({
    appKey: login.appKey,
    server: login.server,
    accid: login.accid,
    tokenProvider: async () => (await callLogin()).token,
    tokenHandler: roomToken,
  });

  const dial = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    // Shows the person what goes wrong, such as a name that nobody has.
    screen.current?.dial(String(fields.get('accid')), 'video');
  };
  return (
    <>
      <h1>{account ? `You are ${account.name ?? account.accid}` : 'Signing in…'}</h1>
      {error && (
        <p role="alert">
          {error.message}{' '}
          <button type="button" onClick={retry}>
            Try again
          </button>
        </p>
      )}
      <form onSubmit={dial}>
        <label>
          Call <input name="accid" />
        </label>
        <button type="submit" disabled={!account}>
          Video call
        </button>
      </form>
      <HulloCall ref={screen} client={client} />
    </>
  );
}
