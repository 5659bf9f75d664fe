// What is shown is what is: derived from the client's state, whatever was shown before and wherever the element stands.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { callOf, FakeHullo } from '../gallery/fake.ts';
import { groupOf } from '../gallery/group.ts';
import { NOTICE_MS } from '../src/call/notice_controller.ts';
import { Tones } from '../src/sound/tones.ts';
import { Bench } from './surface.ts';

let bench: Bench;
let client: FakeHullo;

beforeEach(async () => {
  vi.useFakeTimers();
  document.title = 'Demo';
  bench = new Bench();
  ({ client } = bench);
  await bench.settle();
});

afterEach(() => {
  bench.surface.remove();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const enter = async (...state: Parameters<FakeHullo['enter']>): Promise<void> => {
  client.enter(...state);
  await bench.settle();
};

const pass = async (ms: number): Promise<void> => {
  await vi.advanceTimersByTimeAsync(ms);
  await bench.settle();
};

const active = callOf({ state: 'active', activeMs: 5_000 });

/** Takes the surface off the page and puts it back elsewhere, as frameworks do. */
async function move(): Promise<void> {
  const place = document.createElement('div');
  document.body.append(place);
  place.append(bench.surface);
  await bench.settle();
}

describe('reconnecting', () => {
  test('ends with the call: hung up meanwhile, the next call does not begin with it', async () => {
    await enter({ state: 'in_call', current: active, reconnecting: true });
    expect(bench.part('hullo-reconnecting')).toBeDefined();
    await enter({ state: 'idle' });
    await enter({ state: 'in_call', current: { ...active, callId: 'call-2' } });
    expect(bench.part('hullo-reconnecting')).toBeUndefined();
  });

  test('is shown by a surface that comes to a call in which it is so', async () => {
    bench.surface.remove();
    client.enter({ state: 'in_call', current: active, reconnecting: true });
    document.body.append(bench.surface);
    await bench.settle();
    expect(bench.part('hullo-reconnecting')).toBeDefined();
  });

  test('is not shown when it ended while the surface was off the page', async () => {
    await enter({ state: 'in_call', current: active, reconnecting: true });
    bench.surface.remove();
    client.enter({ state: 'in_call', current: active });
    document.body.append(bench.surface);
    await bench.settle();
    expect(bench.part('hullo-reconnecting')).toBeUndefined();
  });

  test('shows nobody as speaking who was heard before', async () => {
    await bench.lead('group-4');
    expect(bench.part('tile-bob')?.dataset.speaking).toBe('true');
    await enter({ state: 'in_call', current: groupOf(4), reconnecting: true });
    expect(bench.part('tile-bob')?.dataset.speaking).toBe('false');
  });
});

describe('muted for me', () => {
  test('is what the client says when a call is entered again', async () => {
    await enter({ state: 'in_call', current: groupOf(3) });
    await bench.press('members-button');
    await bench.press('mute-for-me-bob');
    expect(bench.part('muted-for-me-bob')).toBeDefined();
    client.audioMutes = [];
    await enter({ state: 'idle' });
    await enter({ state: 'in_call', current: groupOf(3) });
    expect(bench.part('muted-for-me-bob')).toBeUndefined();
  });

  test('is shown whoever has muted: the app may, too', async () => {
    client.audioMutes = ['carol'];
    await enter({ state: 'in_call', current: groupOf(3) });
    expect(bench.part('muted-for-me-carol')).toBeDefined();
  });
});

describe('what is open and under way', () => {
  test('belongs to one call', async () => {
    await bench.lead('video-devices');
    expect(bench.part('hullo-devices')).toBeDefined();
    await enter({ state: 'in_call', current: { ...active, callId: 'call-2' } });
    expect(bench.part('hullo-devices')).toBeUndefined();
  });

  test('an answer that never comes back does not answer the next call', async () => {
    await bench.lead('incoming-voice');
    client.accept = () => new Promise(() => undefined);
    await bench.press('hullo-accept');
    await enter({ state: 'called', current: callOf({ caller: 'bob', media: 'audio', callId: 'call-2' }) });
    expect(bench.part('hullo-accept')?.hasAttribute('disabled')).toBe(false);
    expect(bench.words('hullo-status')).toBe('Incoming voice call');
  });
});

describe('a screen that stays from one call to the next', () => {
  test('begins with the other side large', async () => {
    await enter({ state: 'in_call', current: active });
    await bench.press('hullo-swap');
    expect(bench.part('hullo-local-video')?.parentElement?.className).toContain('big');
    await enter({
      state: 'in_call',
      current: callOf({ state: 'active', remote: 'carol', callId: 'call-2' }),
    });
    expect(bench.part('hullo-local-video')?.parentElement?.className).toContain('small');
  });

  test('begins with the first page', async () => {
    await enter({ state: 'in_call', current: groupOf(23) });
    await bench.press('page-next');
    await enter({ state: 'in_call', current: groupOf(23, { callId: 'group-2' }) });
    expect(bench.part('group-grid')?.dataset.page).toBe('0');
  });

  test('explains another call on hold only when it is asked to', async () => {
    const held = callOf({ state: 'active', media: 'audio', callId: 'call-0' });
    await enter({ state: 'in_call', current: active, held });
    await bench.press('held-chip');
    expect(bench.part('held-hint')).toBeDefined();
    await enter({ state: 'in_call', current: active, held: { ...held, callId: 'call-9' } });
    expect(bench.part('held-hint')).toBeUndefined();
  });
});

describe('the end of a call', () => {
  const end = { reason: 'hung_up', durationMs: 133_000 } as const;

  test('is about that call, not about the one that was shown last', async () => {
    await enter({
      state: 'in_call',
      current: callOf({ state: 'active', remote: 'carol', callId: 'call-1' }),
    });
    await enter({ state: 'in_call', current: callOf({ state: 'active', remote: 'dave', callId: 'call-2' }) });
    await enter({ state: 'idle' });
    client.emit('callEnd', { callId: 'call-1', by: 'carol', durations: [], ...end });
    await bench.settle();
    expect(bench.words('hullo-notice')).toContain('Carol hung up');
  });

  test('says how long it was as the record does', async () => {
    await enter({ state: 'in_call', current: active });
    await enter({ state: 'idle' });
    const durations = [
      { accid: 'bob', durationMs: 140_000 },
      { accid: 'alice', durationMs: 135_000 },
    ];
    client.emit('callEnd', { callId: 'call-1', by: 'alice', durations, ...end });
    await bench.settle();
    expect(bench.words('hullo-notice')).toContain('Duration 02:15');
  });

  test('of a call that was once on hold is not that of a call on hold', async () => {
    const first = callOf({ state: 'active', media: 'audio', callId: 'call-1' });
    const second = callOf({ state: 'active', media: 'audio', remote: 'carol', callId: 'call-2' });
    await enter({ state: 'in_call', current: second, held: first });
    await enter({ state: 'in_call', current: first });
    await enter({ state: 'in_call', current: { ...second, callId: 'call-3' } });
    client.emit('callEnd', { callId: 'call-1', by: 'alice', durations: [], ...end });
    await bench.settle();
    expect(bench.part('hullo-toast')).toBeUndefined();
  });

  test('is told no longer than its time, wherever the surface has gone meanwhile', async () => {
    await bench.lead('end-hung-up');
    expect(bench.part('hullo-notice')).toBeDefined();
    await move();
    expect(bench.part('hullo-notice')).toBeDefined();
    await pass(NOTICE_MS + 1);
    expect(bench.part('hullo-notice')).toBeUndefined();
  });

  test('is old when the surface comes back late', async () => {
    await bench.lead('end-hung-up');
    bench.surface.remove();
    await vi.advanceTimersByTimeAsync(NOTICE_MS + 1);
    document.body.append(bench.surface);
    await bench.settle();
    expect(bench.part('hullo-notice')).toBeUndefined();
  });
});

describe('a surface that is off the page', () => {
  test('listens to nobody, even where a client is set meanwhile', async () => {
    bench.surface.remove();
    const other = new FakeHullo();
    bench.surface.client = other;
    await bench.surface.updateComplete;
    expect([client.listeners, other.listeners]).toEqual([0, 0]);
    document.body.append(bench.surface);
    await bench.settle();
    expect(other.listeners).toBeGreaterThan(0);
  });

  test('makes no sound, has no dialog open and holds no picture, even where it renders once more', async () => {
    await bench.lead('incoming-voice');
    const loop = vi.spyOn(Tones.prototype, 'loop');
    bench.surface.remove();
    loop.mockClear();
    bench.surface.requestUpdate();
    await bench.surface.updateComplete;
    expect(loop.mock.calls.filter(([name]) => name !== undefined)).toEqual([]);
    expect(document.title).toBe('Demo');
    expect(bench.isOpen).toBe(false);
    document.body.append(bench.surface);
    await bench.lead('video');
    bench.surface.remove();
    for (const screen of bench.surface.shadowRoot?.querySelectorAll('hullo-video') ?? [])
      screen.requestUpdate();
    await bench.settle();
    expect(client.views.size).toBe(0);
  });

  test('has no timer left', async () => {
    await bench.lead('group-refusals');
    client.emit('activeSpeakers', { accids: ['bob'] });
    client.emit('activeSpeakers', { accids: [] });
    bench.surface.remove();
    await bench.surface.updateComplete;
    await bench.surface.updateComplete;
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('mounted, unmounted and mounted again, as React does in development', () => {
  test('the surface listens once, and shows the call with its pictures', async () => {
    const once = client.listeners;
    for (let round = 0; round < 3; round += 1) {
      bench.surface.remove();
      document.body.append(bench.surface);
    }
    await bench.settle();
    expect(client.listeners).toBe(once);
    await enter({ state: 'in_call', current: active });
    await move();
    expect(client.views.get('bob')?.isConnected).toBe(true);
    expect(bench.part('hullo-video')).toBeDefined();
  });

  test('a modal dialog that was moved is opened again where it is now', async () => {
    bench.surface.modal = true;
    await bench.lead('voice');
    const dialog = bench.surface.shadowRoot?.querySelector('dialog');
    const opened = dialog && vi.spyOn(dialog, 'showModal');
    await move();
    expect(bench.isOpen).toBe(true);
    expect(opened).toHaveBeenCalledOnce();
  });

  test('a call that runs already makes no sound of having connected', async () => {
    await enter({ state: 'in_call', current: active });
    const once = vi.spyOn(Tones.prototype, 'once');
    await move();
    expect(once).not.toHaveBeenCalled();
  });

  test('another client takes the place of the one before, and nothing of its call stays', async () => {
    await bench.lead('group-7');
    await bench.press('pin-erin');
    const other = new FakeHullo();
    other.enter({ state: 'in_call', current: groupOf(7) });
    bench.surface.client = other;
    await bench.settle();
    expect(client.listeners).toBe(0);
    expect(bench.part('pin-erin')?.getAttribute('aria-pressed')).toBe('false');
  });
});
