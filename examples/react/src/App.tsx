import { type FormEvent, useEffect, useState } from 'react';
import { type CallLogin, callLogin, signIn } from './backend';
import { Calls } from './Calls';

export function App() {
  const [login, setLogin] = useState<CallLogin>();
  const [failure, setFailure] = useState('');

  // After a reload the cookie is still there.
  useEffect(() => {
    callLogin().then(setLogin, () => {});
  }, []);

  if (login) return <Calls login={login} />;

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    signIn(String(fields.get('user')), String(fields.get('password'))).then(setLogin, (error) =>
      setFailure(String(error)),
    );
  };
  return (
    <form onSubmit={submit}>
      <label>
        User <input name="user" autoComplete="username" />
      </label>
      <label>
        Password <input name="password" type="password" autoComplete="current-password" />
      </label>
      <button type="submit">Sign in</button>
      <p role="alert">{failure}</p>
    </form>
  );
}
