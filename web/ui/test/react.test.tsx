// React 19: the hook and the components. React 18, and both in a browser: web/installs.
import { act, StrictMode, useRef } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { renderToString } from 'react-dom/server';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { HulloCall as HulloCallElement, HulloRecord as HulloRecordElement } from '../src/index.ts';
import { HulloCall, HulloRecord, type HulloSession, type UseHulloOptions, useHullo } from '../src/react.ts';
import { FakeHullo } from './fake_hullo.ts';

vi.mock('@hullo/sdk', async (original) => ({
  ...(await original<object>()),
  Hullo: (await import('./fake_hullo.ts')).FakeHullo,
}));

const alice: UseHulloOptions = { appKey: 'demo', accid: 'alice', token: 't1' };
let container: HTMLElement;
let root: Root;
let session: HulloSession;

function User({ options = alice }: { options?: UseHulloOptions }) {
  session = useHullo(options);
  return <h1>{session.account?.accid ?? 'nobody'}</h1>;
}

beforeEach(() => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  FakeHullo.made.length = 0;
  FakeHullo.log.length = 0;
  container = document.createElement('div');
  document.body.append(container);
  root = createRoot(container);
});
afterEach(async () => {
  await act(() => root.unmount());
  container.remove();
  await passTimers();
});

/** What was released goes after a task. */
const passTimers = () => act(() => new Promise((done) => setTimeout(done)));
const draw = (node: React.ReactNode) => act(async () => root.render(node));
const newest = () => FakeHullo.made.at(-1);

describe('useHullo', () => {
  test('signs in once, however often StrictMode mounts', async () => {
    await draw(
      <StrictMode>
        <User />
      </StrictMode>,
    );
    await passTimers();
    expect(FakeHullo.made).toHaveLength(1);
    expect(newest()?.logins).toEqual([['alice', 't1']]);
    expect(newest()?.destroy).not.toHaveBeenCalled();
    expect(container.textContent).toBe('alice');
  });

  test('gives the client back after the last unmount, and not before', async () => {
    await draw([<User key="1" />, <User key="2" />]);
    expect(FakeHullo.made).toHaveLength(1);
    await draw([<User key="1" />]);
    await passTimers();
    expect(newest()?.destroy).not.toHaveBeenCalled();
    await draw(null);
    await passTimers();
    expect(newest()?.destroy).toHaveBeenCalledOnce();
  });

  test('component that changes its account leaves the client of the others as it is', async () => {
    await draw([<User key="1" />, <User key="2" />]);
    const shared = newest();
    await draw([<User key="1" />, <User key="2" options={{ ...alice, accid: 'bob', token: 't2' }} />]);
    await passTimers();
    expect(FakeHullo.made).toHaveLength(2);
    expect(shared?.logins).toEqual([['alice', 't1']]);
    expect(newest()?.logins).toEqual([['bob', 't2']]);
  });

  test('makes no client while nobody signs in, and another for another account', async () => {
    await draw(<User options={{ appKey: 'demo' }} />);
    expect(FakeHullo.made).toHaveLength(0);
    await draw(<User />);
    await draw(<User options={{ ...alice, accid: 'bob' }} />);
    await passTimers();
    expect(container.textContent).toBe('bob');
    // The second is made when the first has gone, and so can be the same device.
    expect(FakeHullo.log).toEqual(['create', 'destroy', 'create']);
  });

  test('new provider is followed, and a new token renews the session', async () => {
    await draw(<User />);
    const tokenProvider = async () => 't3';
    await draw(<User options={{ ...alice, token: 't2', tokenProvider }} />);
    expect(newest()?.tokenProvider).toBe(tokenProvider);
    expect(newest()?.logins).toEqual([
      ['alice', 't1'],
      ['alice', 't2'],
    ]);
    expect(FakeHullo.made).toHaveLength(1);
  });

  test('failure is shown, and can be tried again', async () => {
    FakeHullo.failure = new Error('no connection');
    await draw(<User />);
    expect(session.error?.message).toBe('no connection');
    await act(async () => session.retry());
    expect([session.error, session.account?.accid]).toEqual([undefined, 'alice']);
  });

  test('renders again when the client says that something has changed', async () => {
    await draw(<User />);
    await act(async () => {
      Object.assign(newest() ?? {}, { state: 'called', connected: false });
      newest()?.emit('changed');
    });
    expect([session.state, session.connected]).toEqual(['called', false]);
  });

  test('makes nothing on a server', () => {
    expect(renderToString(<User />)).toBe('<h1>nobody</h1>');
    expect(FakeHullo.made).toHaveLength(0);
  });
});

describe('components', () => {
  test('set properties and have the element as ref', async () => {
    const client = new FakeHullo();
    let element: HulloCallElement | null = null;
    function Screen() {
      const screen = useRef<HulloCallElement>(null);
      return (
        <HulloCall
          ref={(found) => {
            screen.current = element = found;
          }}
          client={client as never}
          silent
          lang="zh"
          className="mine"
        />
      );
    }
    await draw(<Screen />);
    expect(element).toMatchObject({ client, silent: true, lang: 'zh', className: 'mine' });
    await draw(<HulloCall client={undefined} />);
    expect(container.querySelector('hullo-call')?.client).toBeUndefined();
  });

  test('hand events on', async () => {
    const onRedial = vi.fn();
    await draw(<HulloRecord me="alice" onRedial={onRedial} />);
    const record = container.querySelector('hullo-record') as HulloRecordElement;
    const event = new CustomEvent('hullo-redial', { detail: { accid: 'bob' } });
    record.dispatchEvent(event);
    expect(onRedial).toHaveBeenCalledExactlyOnceWith(event);
  });
});
