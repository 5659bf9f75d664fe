// What the page asks of the app's backend: ../backend-node answers it.

/** What a person needs to sign in at Hullo. */
export interface CallLogin {
  appKey: string;
  server: string;
  accid: string;
  token: string;
}

/** The login of whoever is signed in to the app; rejects when nobody is. */
export function callLogin(): Promise<CallLogin> {
  return post('/call-login', {});
}

/** Signs in to the app; the backend sets its cookie. */
export async function signIn(user: string, password: string): Promise<CallLogin> {
  await post('/login', { user, password });
  return callLogin();
}

/** A room token, for an app in secure mode. */
export async function roomToken(uid: number, callId: string): Promise<string> {
  return (await post<{ token: string }>('/room-token', { uid, callId })).token;
}

async function post<Answer>(path: string, body: object): Promise<Answer> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response.json();
}
