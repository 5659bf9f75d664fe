// What is said of microphones and cameras: that the browser asks, that the others wait, why one fails and what to do.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { callOf, type FakeHullo } from '../gallery/fake.ts';
import { groupOf } from '../gallery/group.ts';
import { ASKING_MS } from '../src/devices/asking_controller.ts';
import { Bench } from './surface.ts';

let bench: Bench;
let client: FakeHullo;

beforeEach(async () => {
  vi.useFakeTimers();
  answerPermission('prompt');
  bench = new Bench();
  ({ client } = bench);
  await bench.settle();
});

afterEach(() => {
  bench.surface.remove();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** What the browser says of its permissions when it is asked. */
function answerPermission(state: PermissionState): void {
  const permissions = { query: async () => ({ state }) };
  vi.stubGlobal('navigator', { ...navigator, language: 'en', permissions });
}

const lead = (state: string): Promise<void> => bench.lead(state);

const pass = async (ms: number): Promise<void> => {
  await vi.advanceTimersByTimeAsync(ms + 1);
  await bench.settle();
};

const mark = (testId: string): string | undefined => bench.part(testId)?.dataset.mark;

describe('while the browser asks', () => {
  test.each([
    ['voice-asking', 'Allow the microphone'],
    ['video-asking', 'Allow the microphone and camera'],
    ['outgoing-asking', 'Allow the microphone and camera'],
    ['group-asking', 'Allow the microphone'],
  ])('in %s the person is told to %j', async (state, title) => {
    await lead(state);
    await pass(ASKING_MS);
    expect(bench.words('hullo-asking')).toContain(title);
    expect(bench.words('hullo-asking')).toContain('Your browser is asking you');
  });

  test('the button shows that it is under way, and can be pressed', async () => {
    await lead('voice-asking');
    expect(bench.part('hullo-mute-audio')?.getAttribute('aria-busy')).toBe('true');
    await bench.press('hullo-mute-audio');
    expect(client.asked).toEqual(['mute audio true']);
  });

  test('nothing is said of a device that opens at once', async () => {
    await lead('voice-asking');
    await pass(ASKING_MS / 2);
    client.enter({ state: 'in_call', current: callOf({ state: 'active', media: 'audio' }) });
    await pass(ASKING_MS);
    expect(bench.part('hullo-asking')).toBeUndefined();
  });

  test('a device that the page may use, and that only takes its time, is nothing to allow', async () => {
    answerPermission('granted');
    await lead('voice-asking');
    await pass(ASKING_MS);
    expect(bench.part('hullo-asking')).toBeUndefined();
  });

  test('is said beside the app, too, where there is one line for it', async () => {
    bench.surface.layout = 'small';
    await lead('voice-asking');
    await pass(ASKING_MS);
    expect(bench.words('hullo-asking')).toBe('Allow the microphone');
    await lead('voice-microphone-ended');
    expect(bench.words('hullo-device-problem')).toBe('Your microphone was unplugged');
  });

  test('the others wait for it in words', async () => {
    await lead('voice-remote-asking');
    await pass(ASKING_MS);
    expect(bench.words('hullo-remote-muted')).toBe('Waiting for Bob’s microphone');
    await lead('video-remote-asking');
    await pass(ASKING_MS);
    expect(bench.words('hullo-remote-waiting')).toBe('Waiting for Bob’s microphone and camera');
    expect(mark('hullo-remote-muted')).toBe('asking');
  });

  test('in a group each is marked by what its microphone does', async () => {
    await lead('group-asking');
    await pass(ASKING_MS);
    expect(['alice', 'bob', 'carol', 'dave', 'erin'].map((accid) => mark(`muted-${accid}`))).toEqual([
      'asking',
      'asking',
      'failed',
      'off',
      undefined,
    ]);
    expect(bench.part('muted-bob')?.getAttribute('aria-label')).toBe('Waiting for Bob’s microphone');
  });
});

describe('somebody without devices', () => {
  test('is not said to be muted, or to have turned anything off', async () => {
    await lead('voice-remote-no-microphone');
    expect(bench.words('hullo-remote-muted')).toBe('Bob has no microphone');
    await lead('video-remote-no-camera');
    expect(bench.words('hullo-remote-camera-off')).toBe('Bob has no camera');
    await lead('video-remote-no-devices');
    expect(bench.words('hullo-remote-camera-off')).toBe('Bob has no microphone and no camera');
  });

  test('is named so in the list of members', async () => {
    await lead('group-asking');
    await bench.press('members-button');
    expect(bench.words('member-carol')).toContain('Carol has no microphone');
  });
});

describe('a device that failed', () => {
  test.each([
    ['denied', 'Your microphone is blocked', 'Allow it in your browser’s settings for this page.'],
    ['missing', 'No microphone was found', 'Connect one: it is used at once.'],
    ['busy', 'Your microphone is in use elsewhere, or broken', 'Close what else uses it, or choose another.'],
    ['insecure', 'This page can’t use the microphone', 'Open the page with https:// in its address.'],
    ['ended', 'Your microphone was unplugged', 'Connect it again, or choose another.'],
  ])('because it is %s says so, and what to do', async (failure, title, hint) => {
    await lead(`voice-microphone-${failure}`);
    expect(bench.words('hullo-device-problem')).toContain(`${title} Bob can’t hear you. ${hint}`);
  });

  test('is tried again by its banner, its button and its key', async () => {
    await lead('voice-microphone-busy');
    await bench.press('hullo-retry');
    await lead('voice-microphone-busy');
    expect(bench.part('hullo-mute-audio')?.getAttribute('aria-label')).toBe('Retry microphone');
    await bench.press('hullo-mute-audio');
    await lead('voice-microphone-busy');
    dispatchEvent(new KeyboardEvent('keydown', { key: 'm' }));
    await bench.settle();
    expect(client.asked).toEqual(['retry microphone', 'retry microphone', 'retry microphone']);
    expect(bench.part('hullo-device-problem')).toBeUndefined();
  });

  test('is not tried again where no other try can help', async () => {
    await lead('voice-microphone-insecure');
    expect(bench.part('hullo-retry')).toBeUndefined();
  });

  test('together with the other for one reason is one problem, and one try', async () => {
    await lead('video-no-devices');
    expect(bench.words('hullo-device-problem')).toContain(
      'Your microphone and camera are blocked Bob can’t hear or see you.',
    );
    await bench.press('hullo-retry');
    expect(client.asked).toEqual(['retry microphone', 'retry camera']);
  });

  test('while it is muted is unmuted by its button, which tries again, too', async () => {
    client.enter({
      state: 'in_call',
      current: callOf({ state: 'active', media: 'audio' }),
      local: { audioMuted: true, microphone: { state: 'failed', failure: 'busy' } },
    });
    await bench.settle();
    await bench.press('hullo-mute-audio');
    expect(client.asked).toEqual(['mute audio false']);
  });

  test('is said once: the event about it adds no toast to its banner', async () => {
    await lead('video-no-camera');
    client.emit('error', { error: { code: 1, kind: 'camera_unavailable', message: '' } });
    await bench.settle();
    expect(bench.part('hullo-toast')).toBeUndefined();
  });

  test('is nobody’s concern where it is not wanted', async () => {
    client.enter({
      state: 'in_call',
      current: callOf({ state: 'active' }),
      local: { videoEnabled: false, camera: { state: 'failed', failure: 'busy' } },
    });
    await bench.settle();
    expect(bench.part('hullo-device-problem')).toBeUndefined();
    expect(bench.words('hullo-local-camera-off')).toBe('Your camera is off');
  });
});

describe('the sheet of devices', () => {
  const checked = (kind: string): string[] =>
    bench
      .all(`hullo-device-${kind}`)
      .filter((input) => (input as HTMLInputElement).checked)
      .map((input) => input.closest('label')?.textContent?.trim() ?? '');

  test('marks what is in use, whoever has chosen it', async () => {
    client.inUse = { microphone: 'AirPods Pro', speaker: 'AirPods Pro' };
    await lead('video-devices');
    expect(checked('microphone')).toEqual(['AirPods Pro']);
    expect(checked('speaker')).toEqual(['AirPods Pro']);
    // No camera is open.
    expect(checked('camera')).toEqual([]);
  });

  test('goes back to what is in use when the other could not be opened', async () => {
    await lead('video-devices');
    client.refusal = { kind: 'microphone_unavailable' };
    const second = bench.all('hullo-device-microphone')[1] as HTMLInputElement;
    second.checked = true;
    second.dispatchEvent(new Event('change'));
    await bench.settle();
    expect(checked('microphone')).toEqual(['Built-in Microphone']);
    expect(bench.words('hullo-toast')).toContain('No microphone could be opened');
  });

  test('follows what comes and goes', async () => {
    await lead('voice-devices');
    const devices = await client.devices();
    client.emit('devicesChanged', {
      devices: { ...devices, microphones: devices.microphones.slice(0, 1) },
      inUse: client.inUse,
    });
    await bench.settle();
    expect(bench.all('hullo-device-microphone')).toHaveLength(1);
  });
});

describe('how loud somebody is', () => {
  const slide = async (accid: string, percent: number): Promise<void> => {
    const slider = bench.part(`volume-${accid}`) as HTMLInputElement;
    slider.value = String(percent);
    slider.dispatchEvent(new Event('input', { bubbles: true }));
    await bench.settle();
  };

  test('is for this person to set, in the list of members', async () => {
    client.enter({ state: 'in_call', current: groupOf(3) });
    await bench.settle();
    await bench.press('members-button');
    await slide('bob', 40);
    expect(client.asked).toEqual(['volume bob 0.4']);
    const slider = bench.part('volume-bob') as HTMLInputElement;
    expect([slider.value, slider.getAttribute('aria-valuetext'), slider.getAttribute('aria-label')]).toEqual([
      '40',
      '40 %',
      'Volume of Bob',
    ]);
    expect(bench.part('volume-alice')).toBeUndefined();
  });

  test('is in the sheet of devices in a call of two, with the mute beside it', async () => {
    await lead('voice-devices');
    await slide('bob', 65);
    await bench.press('mute-for-me-bob');
    expect(client.asked).toEqual(['volume bob 0.65', 'mute bob true']);
    expect(bench.part('mute-for-me-bob')?.getAttribute('aria-pressed')).toBe('true');
  });
});

describe('sound that the browser blocks', () => {
  test.each(['voice-sound-blocked', 'video-sound-blocked'])('in %s comes back by a press', async (state) => {
    await lead(state);
    expect(bench.words('hullo-sound-blocked')).toContain('Your browser blocks the sound');
    const told: boolean[] = [];
    bench.surface.addEventListener('hullo-sound-blocked', ({ detail }) => told.push(detail.blocked));
    const button = bench.part('hullo-start-sound');
    button?.click();
    // Within the gesture: a browser lets it sound only there.
    expect(client.asked).toEqual(['start sound']);
    await bench.settle();
    expect(bench.part('hullo-sound-blocked')).toBeUndefined();
    expect(told).toEqual([false]);
  });
});
