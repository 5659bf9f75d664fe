// Vue 3: the composable and the components. In a browser: web/installs.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type App, createApp, createSSRApp, defineComponent, h, nextTick, ref, shallowRef } from 'vue';
import { renderToString } from 'vue/server-renderer';
import { HulloCall, HulloRecord, type HulloRefs, type UseHulloOptions, useHullo } from '../src/vue.ts';
import { FakeHullo } from './fake_hullo.ts';

vi.mock('@hullo/sdk', async (original) => ({
  ...(await original<object>()),
  Hullo: (await import('./fake_hullo.ts')).FakeHullo,
}));

const alice: UseHulloOptions = { appKey: 'demo', accid: 'alice', token: 't1' };
let container: HTMLElement;
let app: App | undefined;
let session: HulloRefs;

beforeEach(() => {
  FakeHullo.made.length = 0;
  FakeHullo.log.length = 0;
  container = document.createElement('div');
  document.body.append(container);
});
afterEach(async () => {
  app?.unmount();
  app = undefined;
  container.remove();
  await passTasks();
});

/** What was released goes after a task. */
const passTasks = () => new Promise((done) => setTimeout(done));
const newest = () => FakeHullo.made.at(-1);
const options = ref<UseHulloOptions>(alice);

const User = defineComponent(() => {
  session = useHullo(options);
  return () => h('h1', session.account.value?.accid ?? 'nobody');
});

async function mount(component: object): Promise<void> {
  app = createApp(component);
  app.mount(container);
  await passTasks();
}

describe('useHullo', () => {
  beforeEach(() => {
    options.value = alice;
  });

  test('signs in, and gives the client back with the component', async () => {
    await mount(User);
    expect(newest()?.logins).toEqual([['alice', 't1']]);
    expect(container.textContent).toBe('alice');
    app?.unmount();
    app = undefined;
    await passTasks();
    expect(newest()?.destroy).toHaveBeenCalledOnce();
  });

  test('component that is mounted again at once keeps its client', async () => {
    const key = ref(1);
    await mount(() => h(User, { key: key.value }));
    key.value = 2;
    await nextTick();
    await passTasks();
    expect(FakeHullo.made).toHaveLength(1);
    expect(newest()?.destroy).not.toHaveBeenCalled();
    expect(container.textContent).toBe('alice');
  });

  test('another account is another client; none while nobody signs in', async () => {
    options.value = { appKey: 'demo' };
    await mount(User);
    expect(FakeHullo.made).toHaveLength(0);
    options.value = alice;
    await passTasks();
    options.value = { ...alice, accid: 'bob' };
    await passTasks();
    await passTasks();
    expect(FakeHullo.log).toEqual(['create', 'destroy', 'create']);
    expect(container.textContent).toBe('bob');
  });

  test('new token renews the session', async () => {
    await mount(User);
    options.value = { ...alice, token: 't2' };
    await passTasks();
    expect(newest()?.logins.at(-1)).toEqual(['alice', 't2']);
    expect(FakeHullo.made).toHaveLength(1);
  });

  test('failure is shown, and can be tried again', async () => {
    FakeHullo.failure = new Error('no connection');
    await mount(User);
    expect(session.error.value?.message).toBe('no connection');
    session.retry();
    await passTasks();
    expect([session.error.value, session.account.value?.accid]).toEqual([undefined, 'alice']);
  });

  test('makes nothing on a server', async () => {
    vi.stubGlobal('document', undefined);
    expect(await renderToString(createSSRApp(User))).toBe('<h1>nobody</h1>');
    vi.unstubAllGlobals();
    expect(FakeHullo.made).toHaveLength(0);
  });
});

describe('components', () => {
  test('set properties, of a client in a ref the client itself', async () => {
    const client = new FakeHullo();
    const inRef = ref(client);
    const screen = shallowRef<InstanceType<typeof HulloCall>>();
    await mount(() => h(HulloCall, { ref: screen, client: inRef.value as never, lang: 'zh', class: 'mine' }));
    const element = container.querySelector('hullo-call');
    expect(element?.client).toBe(client);
    expect(element).toMatchObject({ lang: 'zh', className: 'mine', silent: false });
    expect(screen.value?.element).toBe(element);
  });

  test('take a property that is written without a value for true', async () => {
    await mount(() => h(HulloCall, { modal: '' as never, silent: false }));
    expect(container.querySelector('hullo-call')).toMatchObject({
      modal: true,
      silent: false,
      contained: false,
    });
  });

  test('property that is taken away is undefined again', async () => {
    const contacts = shallowRef<string[] | undefined>(['bob']);
    await mount(() => h(HulloCall, { contacts: contacts.value }));
    const element = container.querySelector('hullo-call');
    expect(element?.contacts).toEqual(['bob']);
    contacts.value = undefined;
    await nextTick();
    expect(element?.contacts).toBeUndefined();
  });

  test('hand events on, without the prefix', async () => {
    const onRedial = vi.fn();
    await mount(() => h(HulloRecord, { me: 'alice', onRedial }));
    const event = new CustomEvent('hullo-redial', { detail: { accid: 'bob' } });
    container.querySelector('hullo-record')?.dispatchEvent(event);
    expect(onRedial).toHaveBeenCalledExactlyOnceWith(event);
  });
});
