// Every part that is documented can be reached from the app's style sheet, from wherever in the surface it is.
import { afterEach, beforeEach, expect, test } from 'vitest';
import manifest from '../custom-elements.json?raw';
import { Bench, everything } from './surface.ts';

let bench: Bench;

beforeEach(async () => {
  bench = new Bench();
  await bench.settle();
});

afterEach(() => bench.surface.remove());

const documented: string[] = JSON.parse(manifest)
  .modules[0].declarations.find(({ tagName }: { tagName: string }) => tagName === 'hullo-call')
  .cssParts.map(({ name }: { name: string }) => name);

/** The parts of what is shown, those first that the app cannot reach. */
function partsShown(): { reached: Set<string>; hidden: Set<string> } {
  const [reached, hidden] = [new Set<string>(), new Set<string>()];
  for (const element of everything(bench.surface)) {
    for (const part of (element.getAttribute('part') ?? '').split(/\s+/).filter(Boolean))
      (isExported(element, part) ? reached : hidden).add(part);
  }
  return { reached, hidden };
}

/** Each host between the element and the surface hands the part on. */
function isExported(element: Element, part: string): boolean {
  const root = element.getRootNode();
  if (!(root instanceof ShadowRoot) || root.host === bench.surface) return true;
  const names = (root.host.getAttribute('exportparts') ?? '').split(',').map((name) => name.trim());
  return names.includes(part) && isExported(root.host, part);
}

test('parts are documented, each is somewhere, and each is reached', async () => {
  const seen = new Set<string>();
  const states = [
    'outgoing-voice',
    'incoming-voice',
    'voice',
    'video-toast',
    'group-4',
    'video-devices',
    'end-busy',
  ];
  for (const state of [...states, 'end-hung-up', 'banner-voice', 'small-voice']) {
    bench.surface.remove();
    bench = new Bench();
    await bench.settle();
    await bench.lead(state);
    const { reached, hidden } = partsShown();
    expect([...hidden], state).toEqual([]);
    for (const part of reached) seen.add(part);
  }
  expect([...seen].sort()).toEqual([...documented].sort());
});
