// A call beside the app: the small tile, the banner, and when the rest of the page can be used.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { callOf, type FakeHullo } from '../gallery/fake.ts';
import { groupOf } from '../gallery/group.ts';
import { ACTIVE } from '../gallery/lead.ts';
import type { HulloCall } from '../src/call.ts';
import type { LayoutChange } from '../src/layout.ts';
import { cornerOfKey, nearestCorner } from '../src/parts/drag.ts';
import { Bench, everything } from './surface.ts';

let bench: Bench;
let client: FakeHullo;
let surface: HulloCall;
let changes: LayoutChange[];

beforeEach(async () => {
  bench = new Bench();
  ({ client, surface } = bench);
  changes = [];
  surface.addEventListener('hullo-layout', ({ detail }) => changes.push(detail));
  await bench.settle();
});

afterEach(() => {
  surface.remove();
  vi.unstubAllGlobals();
});

const shape = (): string | undefined => bench.part('hullo-surface')?.dataset.shape;
const active = (media: 'audio' | 'video') => callOf({ state: 'active', activeMs: ACTIVE, media });

/** A window as narrow as a phone's. */
/** Makes the window one that is or is not a phone's; the function changes that. */
function onPhone(phone = true): (phone: boolean) => void {
  const list = Object.assign(new EventTarget(), { matches: phone });
  vi.stubGlobal('matchMedia', (query: string) =>
    query.includes('max-width: 719px') ? list : Object.assign(new EventTarget(), { matches: false }),
  );
  surface.remove();
  document.body.append(surface);
  return (phone) => {
    list.matches = phone;
    list.dispatchEvent(new Event('change'));
  };
}

describe('a call that fills the window', () => {
  test('leaves the app behind it alive, unless it was asked to be modal', async () => {
    await bench.lead('voice');
    expect(bench.part('hullo-surface')?.getAttribute('aria-modal')).toBe('false');
    client.enter({ state: 'idle' });
    surface.modal = true;
    await bench.lead('voice');
    expect(bench.part('hullo-surface')?.getAttribute('aria-modal')).toBe('true');
  });

  test('is modal on a phone, where it leaves nothing of the app', async () => {
    onPhone();
    await bench.lead('voice');
    expect(bench.part('hullo-surface')?.getAttribute('aria-modal')).toBe('true');
    surface.layout = 'small';
    await bench.settle();
    expect(bench.part('hullo-surface')?.getAttribute('aria-modal')).toBe('false');
  });

  test('is modal while the window is as small as a phone, as it is when one is turned', async () => {
    const turn = onPhone(false);
    await bench.lead('voice');
    for (const phone of [true, false]) {
      turn(phone);
      await bench.settle();
      expect(bench.part('hullo-surface')?.getAttribute('aria-modal')).toBe(String(phone));
    }
  });

  test('keeps a keyboard that goes on by Tab, and lets go of one that the app takes', async () => {
    const input = document.createElement('input');
    document.body.append(input);
    await bench.lead('voice');
    document.dispatchEvent(new KeyboardEvent('keydown', { key: 'Tab' }));
    input.focus();
    expect(document.activeElement).toBe(surface);
    document.dispatchEvent(new KeyboardEvent('keydown', { key: 'x' }));
    input.focus();
    expect(document.activeElement).toBe(input);
    input.remove();
  });
});

test('keyboard goes back to the app where the call has taken it from', async () => {
  const input = document.createElement('input');
  document.body.append(input);
  input.focus();
  await bench.lead('voice');
  expect(document.activeElement).toBe(surface);
  client.enter({ state: 'idle' });
  await bench.settle();
  expect(document.activeElement).toBe(input);
  input.remove();
});

describe('a small call', () => {
  test('is made by its button and brought back by a press, and the app is told', async () => {
    await bench.lead('voice');
    await bench.press('hullo-shrink');
    expect(shape()).toBe('small');
    expect(bench.part('hullo-voice')).toBeUndefined();
    await bench.press('hullo-small-cover');
    expect(shape()).toBe('full');
    expect(changes.map(({ layout }) => layout)).toEqual(['small', 'full']);
  });

  test('mutes, hangs up and goes back', async () => {
    surface.layout = 'small';
    await bench.lead('voice');
    await bench.press('hullo-mute-audio');
    expect(bench.part('hullo-mute-audio')?.getAttribute('aria-pressed')).toBe('true');
    await bench.press('hullo-hangup');
    await bench.press('hullo-enlarge');
    expect(client.asked).toEqual(['mute audio true', 'hangup']);
    expect(surface.layout).toBe('full');
  });

  test('shows the other side’s picture, and that of who speaks in a group', async () => {
    surface.layout = 'small';
    await bench.lead('video');
    expect(client.views.get('bob')?.dataset.testid).toBe('hullo-small-video');
    client.enter({ state: 'in_call', current: groupOf(4) });
    client.emit('activeSpeakers', { accids: ['alice', 'carol'] });
    await bench.settle();
    expect(client.views.get('carol')?.dataset.testid).toBe('hullo-small-video');
    expect(client.shown).toEqual(['carol']);
  });

  test('leaves a group call and ends no call for all', async () => {
    surface.layout = 'small';
    client.enter({ state: 'in_call', current: groupOf(4) });
    await bench.settle();
    await bench.press('leave');
    expect(client.asked).toEqual(['leave']);
  });

  test('goes from corner to corner by the arrow keys, and the app is told', async () => {
    surface.layout = 'small';
    await bench.lead('voice');
    const strike = async (key: string) => {
      bench.part('hullo-small-cover')?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
      await bench.settle();
    };
    await strike('ArrowUp');
    await strike('ArrowLeft');
    await strike('ArrowLeft');
    expect(changes.map(({ corner }) => corner)).toEqual(['top-end', 'top-start']);
    expect(bench.part('hullo-surface')?.dataset.corner).toBe('top-start');
  });

  test('asks what a call asks', async () => {
    surface.layout = 'small';
    await bench.lead('voice-consent');
    await bench.press('hullo-consent-accept');
    expect(client.asked).toEqual(['answer true']);
  });

  test('leaves the app its keys', async () => {
    surface.layout = 'small';
    await bench.lead('voice');
    const key = new KeyboardEvent('keydown', { key: 'm', cancelable: true });
    Object.defineProperty(key, 'view', { value: window });
    dispatchEvent(key);
    await bench.settle();
    expect(client.asked).toEqual([]);
  });

  test('is told to be over without taking the page', async () => {
    await bench.lead('small-ended');
    expect(bench.isOpen).toBe(false);
    expect(bench.words('hullo-notice')).toContain('Bob hung up');
  });
});

describe('what a person has chosen', () => {
  test('counts for the call; the next one is as the app wants it', async () => {
    await bench.lead('voice');
    await bench.press('hullo-shrink');
    client.enter({ state: 'idle' });
    await bench.settle();
    expect(surface.layout).toBe('full');
    expect(changes.map(({ layout }) => layout)).toEqual(['small', 'full']);
  });

  test('gives way to what the app says meanwhile', async () => {
    surface.layout = 'small';
    await bench.lead('voice');
    await bench.press('hullo-enlarge');
    surface.layout = 'small';
    client.enter({ state: 'idle' });
    await bench.settle();
    expect(surface.layout).toBe('small');
  });
});

describe('an incoming call as a banner', () => {
  beforeEach(() => {
    surface.incoming = 'banner';
  });

  test('leaves the app as it is, and the keyboard where it was', async () => {
    const input = document.createElement('input');
    document.body.append(input);
    input.focus();
    await bench.lead('incoming-video');
    expect(shape()).toBe('banner');
    expect(bench.part('hullo-incoming')?.className).toBe('banner');
    expect(document.activeElement).toBe(input);
    expect(bench.words('hullo-status')).toBe('Incoming video call');
    input.remove();
  });

  test('is answered, and the call is as large as the app wants it', async () => {
    surface.layout = 'small';
    await bench.lead('incoming-video');
    await bench.press('hullo-accept');
    expect(client.asked).toEqual(['accept']);
    client.enter({ state: 'in_call', current: active('video') });
    await bench.settle();
    expect(shape()).toBe('small');
  });

  test('is declined', async () => {
    await bench.lead('incoming-voice');
    await bench.press('hullo-reject');
    expect(client.asked).toEqual(['reject']);
  });

  test('opens to the whole screen by a press, for this call', async () => {
    await bench.lead('incoming-voice');
    await bench.press('hullo-banner-open');
    expect(shape()).toBe('full');
    client.enter({ state: 'called', current: callOf({ caller: 'bob', callId: 'call-9' }) });
    await bench.settle();
    expect(shape()).toBe('banner');
  });

  test('that nobody answers is told without taking the page', async () => {
    await bench.lead('incoming-voice');
    client.enter({ state: 'idle' });
    client.emit('callEnd', { callId: 'call-1', reason: 'timed_out', durationMs: 0, durations: [] });
    await bench.settle();
    expect(bench.isOpen).toBe(false);
    expect(bench.words('hullo-notice')).toContain('Missed call');
  });
});

describe('picture in picture', () => {
  /** A window of its own, as the browser gives one. */
  function giveWindow(): Window & EventTarget {
    const other = Object.assign(new EventTarget(), {
      document: document.implementation.createHTMLDocument(),
    });
    const pip = Object.assign(other, { close: () => pip.dispatchEvent(new Event('pagehide')) });
    vi.stubGlobal('documentPictureInPicture', { requestWindow: async () => pip });
    return pip as unknown as Window & EventTarget;
  }

  test('takes the call out of the page, and brings it back small when its window closes', async () => {
    const pip = giveWindow();
    await bench.lead('video');
    await bench.press('hullo-picture-in-picture');
    await bench.settle();
    expect(surface.pictureInPicture).toBe(true);
    expect(bench.isOpen).toBe(false);
    expect(pip.document.querySelector('hullo-small')?.scene?.remote.name).toBe('Bob');
    pip.close();
    await bench.settle();
    expect(shape()).toBe('small');
    expect(changes.map((change) => [change.layout, change.pictureInPicture])).toEqual([
      ['small', false],
      ['small', true],
      ['small', false],
    ]);
  });

  test('closes with the call', async () => {
    giveWindow();
    await bench.lead('video');
    await surface.requestPictureInPicture();
    client.enter({ state: 'idle' });
    await bench.settle();
    expect(surface.pictureInPicture).toBe(false);
  });

  test('is asked by the page while somebody waits for an answer', async () => {
    giveWindow();
    await bench.lead('voice');
    await surface.requestPictureInPicture();
    await bench.lead('voice-consent');
    expect(shape()).toBe('small');
    expect(bench.part('hullo-consent')).toBeDefined();
    expect(bench.part('hullo-small')).toBeUndefined();
  });

  test('that the browser refuses leaves the call small on the page', async () => {
    vi.stubGlobal('documentPictureInPicture', {
      requestWindow: () => Promise.reject(new Error('no gesture')),
    });
    await bench.lead('video');
    await bench.press('hullo-picture-in-picture');
    await bench.settle();
    expect(shape()).toBe('small');
    expect(surface.pictureInPicture).toBe(false);
  });

  test('is the picture alone where the browser has no more, with the browser’s own buttons', async () => {
    const handlers = new Map<string, (() => void) | null>();
    vi.stubGlobal('navigator', {
      ...navigator,
      mediaSession: {
        setActionHandler: (name: string, press: (() => void) | null) => handlers.set(name, press),
      },
    });
    Object.defineProperty(document, 'pictureInPictureEnabled', { value: true, configurable: true });
    const asked: HTMLVideoElement[] = [];
    Object.assign(HTMLVideoElement.prototype, {
      async requestPictureInPicture(this: HTMLVideoElement) {
        asked.push(this);
      },
    });
    Object.defineProperty(HTMLMediaElement.prototype, 'readyState', { value: 4, configurable: true });
    await bench.lead('video');
    await bench.press('hullo-picture-in-picture');
    await vi.waitFor(() => expect(surface.pictureInPicture).toBe(true));
    expect(asked.map(({ dataset }) => dataset.testid)).toEqual(['hullo-small-video']);
    handlers.get('hangup')?.();
    expect(client.asked).toEqual(['hangup']);
    // A group goes on for the others.
    await bench.lead('group-voice-5');
    client.asked.length = 0;
    handlers.get('hangup')?.();
    expect(client.asked).toEqual(['leave']);
    asked[0]?.dispatchEvent(new Event('leavepictureinpicture'));
    expect(surface.pictureInPicture).toBe(false);
    expect(handlers.get('hangup')).toBeNull();
    Object.defineProperty(document, 'pictureInPictureEnabled', { value: false, configurable: true });
  });

  test('is not offered where there is none', async () => {
    await bench.lead('voice');
    expect(bench.part('hullo-picture-in-picture')).toBeUndefined();
  });
});

describe('the app’s own', () => {
  const put = (slot: string, words: string): HTMLElement => {
    const child = document.createElement('div');
    child.slot = slot;
    child.textContent = words;
    surface.append(child);
    return child;
  };

  test.each([
    ['outgoing-voice', 'outgoing', 'hullo-outgoing'],
    ['incoming-voice', 'incoming', 'hullo-incoming'],
    ['voice', 'voice', 'hullo-voice'],
    ['video', 'video', 'hullo-video'],
    ['group-4', 'group', 'hullo-group'],
    ['small-voice', 'small', 'hullo-small'],
    ['banner-voice', 'banner', 'hullo-incoming'],
  ])('screen takes the place of ours in %s, and the others stay', async (state, slot, ours) => {
    const own = put(slot, 'mine');
    await bench.lead(state);
    const place = surface.shadowRoot?.querySelector<HTMLSlotElement>(`slot[name=${slot}]`);
    expect(place?.assignedElements()).toEqual([own]);
    expect(bench.part(ours)).toBeUndefined();
    own.remove();
    await vi.waitFor(() => expect(bench.part(ours)).toBeDefined());
  });

  test('button is handed on to the bar of the call', async () => {
    const own = document.createElement('button');
    own.slot = 'controls';
    surface.append(own);
    for (const state of ['voice', 'video', 'group-4']) {
      await bench.lead(state);
      const bar = everything(surface).find((element) => element.localName === 'hullo-controls');
      const place = bar?.shadowRoot?.querySelector<HTMLSlotElement>('slot[name=controls]');
      expect(place?.assignedElements({ flatten: true }), state).toContain(own);
    }
  });

  test('choice of buttons leaves the others out, and one can always hang up', async () => {
    surface.controls = ['microphone'];
    await bench.lead('video');
    expect(bench.part('hullo-mute-audio')).toBeDefined();
    for (const testId of [
      'hullo-mute-video',
      'hullo-switch-media',
      'hullo-devices-open',
      'invite-button',
      'hullo-shrink',
    ])
      expect(bench.part(testId), testId).toBeUndefined();
    expect(bench.part('hullo-hangup')).toBeDefined();
  });
});

describe('corners', () => {
  const box = (x: number, y: number): DOMRect => new DOMRect(x, y, 100, 100);
  const page = new DOMRect(0, 0, 1000, 800);

  test('are the nearest, and start is on the right where the text runs from there', () => {
    expect(nearestCorner(box(50, 600), page)).toBe('bottom-start');
    expect(nearestCorner(box(50, 600), page, true)).toBe('bottom-end');
    expect(nearestCorner(box(800, 20), page)).toBe('top-end');
  });

  test('follow the keys to where they point', () => {
    expect(cornerOfKey('ArrowLeft', 'top-end', false)).toBe('top-start');
    expect(cornerOfKey('ArrowLeft', 'top-start', true)).toBe('top-end');
    expect(cornerOfKey('ArrowDown', 'top-start', true)).toBe('bottom-start');
    expect(cornerOfKey('Enter', 'top-start', false)).toBeUndefined();
  });
});
