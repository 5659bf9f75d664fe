import { describe, expect, test } from 'vitest';
import {
  type Area,
  arrangeGrid,
  arrangeSpotlight,
  gridCapacity,
  layOut,
  type Rect,
  stripCapacity,
  TILES_MAX,
} from '../src/group/grid.ts';

const PHONE: Area = { width: 370, height: 640 };
const PHONE_ON_ITS_SIDE: Area = { width: 804, height: 250 };
const TABLET: Area = { width: 780, height: 880 };
const DESKTOP: Area = { width: 1240, height: 607 };
const HUGE: Area = { width: 2520, height: 1240 };
const areas = Object.entries({ PHONE, PHONE_ON_ITS_SIDE, TABLET, DESKTOP, HUGE });

/** A little more than what rounding does. */
const CRUMB = 0.01;

function inside({ x, y, width, height }: Rect, area: Area): boolean {
  return x > -CRUMB && y > -CRUMB && x + width < area.width + CRUMB && y + height < area.height + CRUMB;
}

function overlap(a: Rect, b: Rect): boolean {
  const apart =
    a.x + a.width <= b.x + CRUMB ||
    b.x + b.width <= a.x + CRUMB ||
    a.y + a.height <= b.y + CRUMB ||
    b.y + b.height <= a.y + CRUMB;
  return !apart;
}

/** How many tiles stand in each row. */
function rowsOf(rects: readonly Rect[]): number[] {
  const byTop = new Map<number, number>();
  for (const { y } of rects) byTop.set(Math.round(y), (byTop.get(Math.round(y)) ?? 0) + 1);
  return [...byTop.values()];
}

const people = (count: number): string[] => Array.from({ length: count }, (_, index) => `p${index}`);

describe.each(areas)('tiles on a %s', (_name, area) => {
  test('lie inside it, and none over another, for every number that a page holds', () => {
    for (let count = 1; count <= gridCapacity(area); count += 1) {
      const rects = arrangeGrid(count, area);
      expect(rects).toHaveLength(count);
      for (const [index, rect] of rects.entries()) {
        expect(inside(rect, area), `${index} of ${count}`).toBe(true);
        for (const other of rects.slice(index + 1)) expect(overlap(rect, other)).toBe(false);
      }
    }
  });

  test('are never a slit: between tall as a phone and wide as a film', () => {
    for (let count = 1; count <= gridCapacity(area); count += 1) {
      for (const { width, height } of arrangeGrid(count, area)) {
        expect(width / height).toBeGreaterThanOrEqual(9 / 16 - CRUMB);
        expect(width / height).toBeLessThanOrEqual(16 / 9 + CRUMB);
      }
    }
  });

  test('never shrink below where a face can be made out', () => {
    for (const { width, height } of arrangeGrid(gridCapacity(area), area)) {
      expect(Math.min(width, height)).toBeGreaterThan(80);
    }
  });

  test('are at most sixteen, and at least one', () => {
    expect(gridCapacity(area)).toBeGreaterThanOrEqual(1);
    expect(gridCapacity(area)).toBeLessThanOrEqual(TILES_MAX);
  });

  test('beside a pinned one lie inside it, and none over another', () => {
    for (let others = 0; others <= stripCapacity(area); others += 1) {
      const { big, strip } = arrangeSpotlight(others, area);
      const all = [big, ...strip];
      expect(strip).toHaveLength(others);
      for (const [index, rect] of all.entries()) {
        expect(inside(rect, area), `${index} of ${others}`).toBe(true);
        for (const other of all.slice(index + 1)) expect(overlap(rect, other)).toBe(false);
      }
      expect(big.width * big.height).toBeGreaterThan(0.5 * area.width * area.height);
    }
  });
});

test('desktop shows sixteen as four by four, a phone six as two by three', () => {
  expect(gridCapacity(DESKTOP)).toBe(16);
  expect(rowsOf(arrangeGrid(16, DESKTOP))).toEqual([4, 4, 4, 4]);
  expect(gridCapacity(PHONE)).toBe(6);
  expect(rowsOf(arrangeGrid(6, PHONE))).toEqual([2, 2, 2]);
});

test.each([
  [2, [2], [1, 1]],
  [3, [2, 1], [2, 1]],
  [4, [2, 2], [2, 2]],
  [5, [3, 2], [2, 2, 1]],
])('%d tiles stand in rows of %j on a desktop, %j on a phone', (count, onDesktop, onPhone) => {
  expect(rowsOf(arrangeGrid(count, DESKTOP))).toEqual(onDesktop);
  expect(rowsOf(arrangeGrid(count, PHONE))).toEqual(onPhone);
});

test('last row that is not full is centred on a desktop, and filled on a phone', () => {
  const desktop = arrangeGrid(5, DESKTOP);
  expect(desktop[4]?.width).toBeCloseTo(desktop[0]?.width ?? 0);
  expect((desktop[3]?.x ?? 0) + (desktop[4]?.x ?? 0) + (desktop[4]?.width ?? 0)).toBeCloseTo(DESKTOP.width);
  const phone = arrangeGrid(5, PHONE);
  expect(phone[4]?.width).toBeGreaterThan(1.9 * (phone[0]?.width ?? 0));
});

test('nothing is laid out for nobody, or without room', () => {
  expect(arrangeGrid(0, DESKTOP)).toEqual([]);
  expect(arrangeGrid(3, { width: 0, height: 600 })).toEqual([]);
});

describe('pages', () => {
  test('hold everyone exactly once, in order', () => {
    const accids = people(23);
    const seen: string[] = [];
    const { pages } = layOut(accids, undefined, 0, PHONE);
    for (let page = 0; page < pages; page += 1)
      seen.push(...layOut(accids, undefined, page, PHONE).tiles.map(({ id }) => id));
    expect(pages).toBe(4);
    expect(seen).toEqual(accids);
  });

  test('tell where everyone is, shown or not', () => {
    const { pageOf } = layOut(people(23), undefined, 0, PHONE);
    expect([pageOf.get('p0'), pageOf.get('p6'), pageOf.get('p22')]).toEqual([0, 1, 3]);
  });

  test('that have gone, because people left, give way to the last there is', () => {
    const layout = layOut(people(7), undefined, 9, PHONE);
    expect(layout.page).toBe(1);
    expect(layout.tiles.map(({ id }) => id)).toEqual(['p6']);
  });

  test('keep the size of their tiles when the last one is not full', () => {
    const first = layOut(people(7), undefined, 0, PHONE).tiles[0]?.rect;
    const last = layOut(people(7), undefined, 1, PHONE).tiles[0]?.rect;
    expect(last).toEqual(first);
  });

  test('of a desktop begin with the seventeenth', () => {
    expect(layOut(people(16), undefined, 0, DESKTOP).pages).toBe(1);
    expect(layOut(people(17), undefined, 0, DESKTOP).pages).toBe(2);
  });
});

describe('a pinned tile', () => {
  test('is large and first on every page, and in no strip', () => {
    const accids = people(23);
    const { pages } = layOut(accids, 'p5', 0, DESKTOP);
    for (let page = 0; page < pages; page += 1) {
      const { tiles } = layOut(accids, 'p5', page, DESKTOP);
      expect(tiles[0]).toMatchObject({ id: 'p5', big: true });
      expect(tiles.slice(1).some(({ id, big }) => id === 'p5' || big)).toBe(false);
    }
  });

  test('of someone who has gone leaves the grid as it was', () => {
    const layout = layOut(people(4), 'gone', 0, DESKTOP);
    expect(layout).toEqual(layOut(people(4), undefined, 0, DESKTOP));
  });

  test('alone is no different from a grid of one', () => {
    expect(layOut(['p0'], 'p0', 0, DESKTOP).tiles[0]?.big).toBe(false);
  });
});

describe('a shared screen on a phone held upright', () => {
  test('takes what its shape needs, and the people lie below it', () => {
    const { tiles } = layOut(['screen:p1', ...people(2)], 'screen:p1', 0, PHONE);
    const [screen, ...others] = tiles;
    expect(screen?.big).toBe(true);
    expect(screen?.rect.height).toBeLessThan(PHONE.height / 2);
    expect(others).toHaveLength(2);
    for (const { rect } of others) {
      expect(rect.y).toBeGreaterThanOrEqual(screen?.rect.height ?? 0);
      expect(rect.y + rect.height).toBeLessThanOrEqual(PHONE.height + 0.5);
      expect(rect.x + rect.width).toBeLessThanOrEqual(PHONE.width + 0.5);
    }
  });

  test('shows everybody on some page', () => {
    const ids = people(23);
    const seen: string[] = [];
    const { pages } = layOut(['screen:p1', ...ids], 'screen:p1', 0, PHONE);
    for (let page = 0; page < pages; page += 1) {
      const { tiles } = layOut(['screen:p1', ...ids], 'screen:p1', page, PHONE);
      seen.push(...tiles.slice(1).map(({ id }) => id));
    }
    expect(seen).toEqual(ids);
  });
});
