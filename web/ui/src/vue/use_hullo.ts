// `useHullo()` for Vue: a signed-in client for as long as the component, or the effect scope, lives.
import {
  type ComputedRef,
  computed,
  getCurrentScope,
  type MaybeRefOrGetter,
  onScopeDispose,
  shallowRef,
  toValue,
  watch,
} from 'vue';
import {
  acquire,
  type HulloSession,
  keyOf,
  NO_SESSION,
  type SharedClient,
  type UseHulloOptions,
} from '../session/shared_client.ts';

/** What `useHullo()` of Vue gives: each part of a session as a ref of its own. */
export type HulloRefs = {
  readonly [Name in Exclude<keyof HulloSession, 'retry'>]: ComputedRef<HulloSession[Name]>;
} & Pick<HulloSession, 'retry'>;

/**
 * Makes a client, signs `accid` in, and gives both back with the component. Components with the same `appKey`, `server`,
 * `deviceId` and `accid` share one client. Pass a getter where the options change: `useHullo(() => ({ appKey, accid: user.value }))`.
 */
export function useHullo(options: MaybeRefOrGetter<UseHulloOptions>): HulloRefs {
  const session = shallowRef(NO_SESSION);
  let shared: SharedClient | undefined;
  let stop = () => {};

  const leave = () => {
    stop();
    shared?.release();
    shared = undefined;
    session.value = NO_SESSION;
  };
  const follow = (key: string | undefined) => {
    // First the one, then the other: so both can be the same device.
    leave();
    if (key === undefined) return;
    const next = acquire(key, toValue(options));
    shared = next;
    session.value = next.session;
    stop = next.subscribe(() => {
      session.value = next.session;
    });
  };

  // On a server there is nobody to call.
  if (typeof document !== 'undefined') {
    watch(() => keyOf(toValue(options)), follow, { immediate: true });
    watch(
      () => toValue(options),
      (now) => shared?.update(now),
    );
  }
  if (getCurrentScope()) onScopeDispose(leave);

  const part = <Name extends keyof HulloSession>(name: Name) => computed(() => session.value[name]);
  return {
    client: part('client'),
    account: part('account'),
    connected: part('connected'),
    error: part('error'),
    state: part('state'),
    call: part('call'),
    local: part('local'),
    retry: () => session.value.retry(),
  };
}
