// `useHullo()` for React: a signed-in client for as long as the component is mounted.
import { useEffect, useState, useSyncExternalStore } from 'react';
import {
  acquire,
  type HulloSession,
  keyOf,
  NO_SESSION,
  type SharedClient,
  type UseHulloOptions,
} from '../session/shared_client.ts';

const subscribeToNothing = () => () => {};

/**
 * Makes a client, signs `accid` in, and gives both back when the component is unmounted. Components with the same `appKey`,
 * `server`, `deviceId` and `accid` share one client. Renders again whenever something of the session changes.
 */
export function useHullo(options: UseHulloOptions): HulloSession {
  const key = keyOf(options);
  const [shared, setShared] = useState<SharedClient>();

  // The key is all of the options that asks for another client.
  useEffect(() => {
    if (key === undefined) return;
    const client = acquire(key, options);
    setShared(client);
    return () => {
      setShared(undefined);
      client.release();
    };
  }, [key]);

  useEffect(() => shared?.update(options));

  return useSyncExternalStore(
    shared?.subscribe ?? subscribeToNothing,
    () => shared?.session ?? NO_SESSION,
    () => NO_SESSION,
  );
}
