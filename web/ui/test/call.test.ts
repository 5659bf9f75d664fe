import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { callOf, type FakeHullo } from '../gallery/fake.ts';
import { states } from '../gallery/states.ts';
import { NOTICE_MS } from '../src/call/notice_controller.ts';
import type { HulloCall } from '../src/call.ts';
import { ASKING_MS } from '../src/devices/asking_controller.ts';
import { Bench, everything } from './surface.ts';

let bench: Bench;
let client: FakeHullo;
let surface: HulloCall;

beforeEach(async () => {
  vi.useFakeTimers();
  document.title = 'Demo';
  bench = new Bench();
  ({ client, surface } = bench);
  await settle();
});

afterEach(() => {
  bench.surface.remove();
  vi.useRealTimers();
});

const settle = (): Promise<void> => bench.settle();
const part = (testId: string): HTMLElement | undefined => bench.part(testId);
const words = (testId: string): string => bench.words(testId);
const lead = (state: string): Promise<void> => bench.lead(state);
const press = (testId: string): Promise<void> => bench.press(testId);
const pass = async (ms: number): Promise<void> => {
  await vi.advanceTimersByTimeAsync(ms + 1);
  await settle();
};
const isOpen = (): boolean => bench.isOpen;

/** The words directly in an element. */
function ownWords(element: Element): string {
  return [...element.childNodes]
    .flatMap((node) => (node.nodeType === Node.TEXT_NODE ? [node.textContent ?? ''] : []))
    .join(' ');
}

describe('the surface', () => {
  test('shows nothing while idle', () => {
    expect(isOpen()).toBe(false);
    expect(part('hullo-notice')).toBeUndefined();
  });

  test.each([
    ['outgoing-video', 'hullo-outgoing', ['hullo-cancel', 'hullo-local-video']],
    ['outgoing-voice', 'hullo-outgoing', ['hullo-cancel']],
    ['incoming-video', 'hullo-incoming', ['hullo-accept', 'hullo-reject']],
    ['incoming-voice', 'hullo-incoming', ['hullo-accept', 'hullo-reject']],
    [
      'voice',
      'hullo-voice',
      ['hullo-mute-audio', 'hullo-devices-open', 'hullo-switch-media', 'hullo-hangup', 'hullo-timer'],
    ],
    [
      'video',
      'hullo-video',
      [
        'hullo-mute-audio',
        'hullo-mute-video',
        'hullo-switch-media',
        'hullo-hangup',
        'hullo-remote-video',
        'hullo-local-video',
        'hullo-swap',
        'hullo-timer',
      ],
    ],
  ])('in %s shows %s with its buttons', async (state, screen, parts) => {
    await lead(state);
    expect(isOpen()).toBe(true);
    expect(part(screen)).toBeDefined();
    for (const testId of parts) expect(part(testId), testId).toBeDefined();
    for (const other of ['hullo-outgoing', 'hullo-incoming', 'hullo-voice', 'hullo-video']) {
      if (other !== screen) expect(part(other), other).toBeUndefined();
    }
  });

  test.each(Object.keys(states))('renders %s in either language, and nothing of the other', async (state) => {
    const shown = (): string =>
      everything(surface)
        .flatMap((element) => [element.getAttribute('aria-label') ?? '', ownWords(element)])
        .join(' ');
    await lead(state);
    await pass(ASKING_MS);
    expect(shown()).not.toMatch(/[\u4e00-\u9fff]|\{\w+\}|undefined/);
    expect(shown()).toMatch(/[A-Za-z]{4}/);
    client.enter({ state: 'idle' });
    surface.lang = 'zh';
    await vi.advanceTimersByTimeAsync(NOTICE_MS * 3);
    await lead(state);
    await pass(ASKING_MS);
    expect(shown()).toMatch(/[\u4e00-\u9fff]{2}/);
    expect(shown()).not.toMatch(/\{\w+\}|undefined/);
  });

  test('closes when the call is over', async () => {
    await lead('voice');
    client.enter({ state: 'idle' });
    await settle();
    expect(isOpen()).toBe(false);
  });

  test('renders a call that was there before the surface was', async () => {
    const late = document.createElement('hullo-call');
    client.enter({ state: 'in_call', current: callOf({ media: 'audio', state: 'active', activeMs: 5_000 }) });
    late.client = client;
    surface.replaceWith(late);
    bench.surface = late;
    await settle();
    expect(part('hullo-voice')).toBeDefined();
  });
});

describe('a video call', () => {
  test('gives the client both views, and takes them back with the call', async () => {
    await lead('video');
    expect(client.views.get('bob')?.dataset.testid).toBe('hullo-remote-video');
    expect(client.views.get('alice')?.dataset.testid).toBe('hullo-local-video');
    client.enter({ state: 'idle' });
    await settle();
    expect(client.views.size).toBe(0);
  });

  test('keeps the local view from the dial into the call', async () => {
    await lead('outgoing-video');
    const dialling = client.views.get('alice');
    await lead('video');
    expect(client.views.get('alice')?.isConnected).toBe(true);
    expect(client.views.get('alice')).not.toBe(dialling);
  });
});

describe('a press', () => {
  test('on accept answers, and shows that it connects', async () => {
    await lead('incoming-video');
    let answer = (): void => undefined;
    client.accept = () => new Promise((resolve) => (answer = () => resolve([])));
    await press('hullo-accept');
    expect(words('hullo-status')).toBe('Connecting…');
    expect(part('hullo-accept')?.hasAttribute('disabled')).toBe(true);
    answer();
  });

  test('on decline while it connects hangs up, because it is too late to reject', async () => {
    await lead('incoming-video');
    client.accept = () => new Promise(() => undefined);
    await press('hullo-accept');
    await press('hullo-reject');
    expect(client.asked).toEqual(['hangup']);
  });

  test('on cancel hangs up, which is legal whatever the other side has done meanwhile', async () => {
    await lead('outgoing-voice');
    await press('hullo-cancel');
    expect(client.asked).toEqual(['hangup']);
  });

  test('on the microphone mutes, and again unmutes', async () => {
    await lead('voice');
    await press('hullo-mute-audio');
    expect(part('hullo-mute-audio')?.getAttribute('aria-pressed')).toBe('true');
    await press('hullo-mute-audio');
    expect(client.asked).toEqual(['mute audio true', 'mute audio false']);
  });

  test('on the camera pauses it, and again resumes it', async () => {
    await lead('video');
    await press('hullo-mute-video');
    expect(words('hullo-local-camera-off')).toContain('Your camera is off');
    await press('hullo-mute-video');
    expect(part('hullo-local-camera-off')).toBeUndefined();
    expect(client.asked).toEqual(['mute video true', 'mute video false']);
  });

  test('on the small view swaps the two', async () => {
    await lead('video');
    const tile = () => part('hullo-local-video')?.parentElement?.className;
    expect(tile()).toContain('small');
    await press('hullo-swap');
    expect(tile()).toContain('big');
    await press('hullo-swap');
    expect(tile()).toContain('small');
  });

  test('on switch asks for the other media', async () => {
    await lead('voice');
    await press('hullo-switch-media');
    await lead('video');
    await press('hullo-switch-media');
    expect(client.asked).toEqual(['switch video', 'switch audio']);
  });

  test('on the answers to a switch answers it', async () => {
    await lead('voice-consent');
    expect(words('hullo-consent')).toContain('Bob would like to turn on video');
    await press('hullo-consent-accept');
    await press('hullo-consent-refuse');
    expect(client.asked).toEqual(['answer true', 'answer false']);
  });

  test('on a device chooses it', async () => {
    await lead('video-devices');
    const second = everything(surface).filter(
      (element) => element.getAttribute('data-testid') === 'hullo-device-microphone',
    )[1];
    (second as HTMLInputElement).dispatchEvent(new Event('change'));
    await settle();
    expect(client.asked).toEqual(['use microphone AirPods Pro']);
    await press('hullo-devices-close');
    expect(part('hullo-devices')).toBeUndefined();
  });

  test('that is refused is told kindly, and the call goes on', async () => {
    await lead('voice');
    client.refusal = { kind: 'rate_limited' };
    await press('hullo-mute-audio');
    expect(words('hullo-toast')).toBe('That was a bit fast. Please wait a moment.');
    expect(part('hullo-voice')).toBeDefined();
  });
});

describe('a key', () => {
  const strike = async (key: string, more: KeyboardEventInit = {}): Promise<void> => {
    dispatchEvent(new KeyboardEvent('keydown', { key, cancelable: true, ...more }));
    await settle();
  };

  test('M mutes and V turns the camera in a call', async () => {
    await lead('video');
    await strike('m');
    await strike('V');
    expect(client.asked).toEqual(['mute audio true', 'mute video true']);
  });

  test('does nothing with a modifier, when held, or outside a running call', async () => {
    await lead('video');
    await strike('m', { ctrlKey: true });
    await strike('m', { metaKey: true });
    await strike('m', { repeat: true });
    await lead('incoming-video');
    await strike('m');
    expect(client.asked).toEqual([]);
  });

  test('M tries a microphone again that cannot be used; V does nothing to a camera in a voice call', async () => {
    await lead('voice-microphone-busy');
    await strike('m');
    await strike('v');
    expect(client.asked).toEqual(['retry microphone']);
  });

  test('does nothing while it goes into a text', async () => {
    await lead('video-invite');
    const search = part('invite-search');
    search?.dispatchEvent(new KeyboardEvent('keydown', { key: 'm', bubbles: true, composed: true }));
    await settle();
    expect(client.asked).toEqual([]);
  });

  test('Escape never ends a call, and closes the sheet', async () => {
    await lead('video-devices');
    await strike('Escape');
    expect(part('hullo-devices')).toBeUndefined();
    await strike('Escape');
    expect(client.asked).toEqual([]);
    expect(isOpen()).toBe(true);
  });
});

describe('the end', () => {
  test('is told for a moment, then the surface closes', async () => {
    await lead('end-no-answer');
    expect(words('hullo-notice')).toContain('Bob didn’t answer');
    await vi.advanceTimersByTimeAsync(NOTICE_MS - 1);
    await settle();
    expect(isOpen()).toBe(true);
    await vi.advanceTimersByTimeAsync(2);
    await settle();
    expect(isOpen()).toBe(false);
    expect(part('hullo-notice')).toBeUndefined();
  });

  test('that the person wanted leaves the page free at once', async () => {
    await lead('end-hung-up');
    expect(isOpen()).toBe(false);
    expect(words('hullo-notice')).toContain('Duration 02:13');
  });

  test('gives way to the next call', async () => {
    await lead('end-busy');
    await lead('incoming-voice');
    expect(part('hullo-notice')).toBeUndefined();
    expect(part('hullo-accept')).toBeDefined();
  });

  test('of a dial that was refused says why', async () => {
    client.refusal = { kind: 'account_not_found' };
    expect(await surface.dial('nobody', 'audio')).toBe(false);
    await settle();
    expect(words('hullo-notice')).toContain('This account doesn’t exist.');
  });
});

describe('what a person should know', () => {
  test.each([
    ['video-remote-camera-off', 'hullo-remote-camera-off', 'Bob turned the camera off'],
    ['voice-reconnecting', 'hullo-reconnecting', 'Reconnecting…'],
    ['voice-remote-reconnecting', 'hullo-peer-reconnecting', 'Bob is reconnecting…'],
    ['video-weak-remote', 'hullo-network', 'Bob’s connection may be weak'],
    ['video-weak-own', 'hullo-network', 'Your connection is weak'],
    ['voice-consent-waiting', 'hullo-consent-waiting', 'Waiting for Bob to agree to video…'],
    ['video-error', 'hullo-toast', 'Camera access is blocked. Allow it in your browser’s site settings.'],
  ])('in %s is said', async (state, testId, sentence) => {
    await lead(state);
    expect(words(testId)).toBe(sentence);
  });

  test('is in the timer, which runs', async () => {
    await lead('voice');
    expect(words('hullo-timer')).toBe('02:13');
    await vi.advanceTimersByTimeAsync(2_010);
    await settle();
    expect(words('hullo-timer')).toBe('02:15');
  });
});

describe('an incoming call', () => {
  test('flashes in the title, and leaves it as it was', async () => {
    await lead('incoming-video');
    expect(document.title).toBe('📞 Bob is calling…');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(document.title).toBe('🔔 Bob is calling…');
    await lead('video');
    expect(document.title).toBe('Demo');
  });

  test('is announced, named and focused on accept', async () => {
    await lead('incoming-video');
    expect(surface.shadowRoot?.querySelector('dialog')?.getAttribute('aria-label')).toBe('Bob is calling');
    expect(surface.shadowRoot?.querySelector('[aria-live]')?.textContent).toBe(
      'Bob is calling. Incoming video call',
    );
    const screen = surface.shadowRoot?.querySelector('hullo-incoming');
    expect(screen?.shadowRoot?.activeElement?.getAttribute('data-testid')).toBe('hullo-accept');
  });
});
