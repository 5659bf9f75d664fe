// Why a client has no connection.

/**
 * Why there is no connection to the server. `offline`: this machine has no network; `lost`: it was there and is being restored;
 * `unreachable`: nobody answers at the address (server, address, certificate or the page's policy; browsers do not say which);
 * `refused`: something answers and takes no WebSocket (wrong path, a proxy without upgrades); `too_many_attempts`: too many failed
 * logins or connections from this address; `server_busy`, `shutting_down`, `too_slow`: as the server has said; `token_expired`: the
 * login token has run out, and there is no other. All but the last come right by themselves.
 */
export type ConnectionFailure =
  | 'offline'
  | 'lost'
  | 'unreachable'
  | 'refused'
  | 'too_many_attempts'
  | 'server_busy'
  | 'shutting_down'
  | 'too_slow'
  | 'token_expired';
