// Renders one state (?state=video&lang=zh&theme=dark), the call records (?state=records), or the list of all.
import type { CallSummary, Media, RecordStatus } from '@hullo/sdk';
import { ASKING_MS } from '../src/devices/asking_controller.ts';
import '../src/index.ts';
import type { BuiltInLanguage } from '../src/texts.ts';
import { showApp } from './app.ts';
import { FakeHullo } from './fake.ts';
import { groupRecords } from './group.ts';
import { directoryIn } from './people.ts';
import { showPicture } from './picture.ts';
import { FakeRecents, someRecents } from './recents.ts';
import { showScreen } from './screen.ts';
import { states } from './states.ts';
import { he } from './texts_he.ts';

const query = new URLSearchParams(location.search);
const tag = query.get('lang') ?? 'en';
const lang: BuiltInLanguage = tag === 'zh' ? 'zh' : 'en';
const theme = query.get('theme') === 'dark' ? 'dark' : query.get('theme') === 'light' ? 'light' : undefined;
const state = query.get('state');
document.documentElement.lang = tag;
if (tag === 'he') document.documentElement.dir = 'rtl';
if (theme) document.documentElement.style.colorScheme = theme;
if (query.get('dir') === 'rtl') document.documentElement.dir = 'rtl';

function showList(): void {
  const list = document.createElement('nav');
  for (const name of [
    ...Object.keys(states),
    'records',
    'group-records',
    'recents',
    'recents-empty',
    'recents-failed',
    'recents-loading',
  ]) {
    const link = document.createElement('a');
    link.href = `?state=${name}`;
    link.textContent = name;
    list.append(link);
  }
  document.querySelector('main')?.append(list);
}

function recordOf(status: RecordStatus, caller: string, media: Media): CallSummary {
  const startedAtMs = Date.UTC(2026, 10, 23, 12);
  return {
    callId: `${status}-${caller}`,
    kind: 'one_to_one',
    caller,
    callee: caller === 'alice' ? 'bob' : 'alice',
    media,
    status,
    reason: status === 'complete' ? 'hung_up' : status,
    startedAtMs,
    endedAtMs: startedAtMs + 140_000,
    outcome: status === 'complete' ? 'left' : status,
    callerMs: status === 'complete' ? 133_000 : 0,
    calleeMs: status === 'complete' ? 133_000 : 0,
    people: 2,
  };
}

function showRecords(name: string): void {
  const list = document.createElement('div');
  list.className = 'records';
  const all: RecordStatus[] = ['complete', 'cancelled', 'rejected', 'timed_out', 'busy'];
  const alone = all.flatMap((status, index) =>
    ['alice', 'bob'].map((caller) => recordOf(status, caller, index % 2 ? 'audio' : 'video')),
  );
  for (const record of name === 'records' ? alone : groupRecords()) {
    const bubble = document.createElement('hullo-record');
    bubble.summary = record;
    bubble.me = 'alice';
    bubble.directory = directoryIn(lang);
    bubble.lang = tag;
    if (tag === 'he') bubble.texts = he;
    if (theme) bubble.theme = theme;
    bubble.classList.toggle('mine', record.caller === 'alice');
    list.append(bubble);
  }
  document.querySelector('main')?.append(list);
}

async function showState(name: string): Promise<void> {
  if (/^(small|banner)/.test(name)) showApp();
  const client = new FakeHullo((accid, video, source) =>
    source === 'screen' ? showScreen(video) : showPicture(accid, video),
  );
  const surface = document.createElement('hullo-call');
  surface.client = client;
  surface.directory = directoryIn(lang);
  surface.lang = tag;
  if (tag === 'he') surface.texts = he;
  if (theme) surface.theme = theme;
  document.body.append(surface);
  await surface.updateComplete;
  await states[name]?.(client, surface);
  Object.assign(window, { client, surface });
  // A device that takes its time to open is spoken of after a moment only.
  if (name.includes('asking')) await new Promise((resolve) => setTimeout(resolve, ASKING_MS + 50));
  await surface.updateComplete;
}

function showRecents(name: string): void {
  const client = new FakeRecents();
  client.calls = name === 'recents-empty' ? [] : someRecents();
  client.readUpTo = 96;
  if (name === 'recents-failed') client.refusal = { kind: 'no_connection' };
  if (name === 'recents-loading') client.recents = () => new Promise(() => undefined);
  const list = document.createElement('hullo-recents');
  list.client = client;
  list.directory = directoryIn(lang);
  list.keepUnread = true;
  list.lang = tag;
  if (tag === 'he') list.texts = he;
  if (theme) list.theme = theme;
  list.className = 'recents';
  document.querySelector('main')?.append(list);
}

async function show(name: string): Promise<void> {
  if (name.startsWith('recents')) showRecents(name);
  else if (name === 'records' || name === 'group-records') showRecords(name);
  else await showState(name);
  document.documentElement.dataset.shown = name;
}

if (state) void show(state);
else showList();
