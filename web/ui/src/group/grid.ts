// Where the tiles of a group call lie: a pure function of how many there are and how much room they have. All tiles of
// a grid have one size and a pleasant shape; what does not fit goes onto further pages.

import { sharerOf } from './roster.ts';

/** A rectangle in CSS pixels, from the top left corner of the stage. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Room for tiles. */
export interface Area {
  readonly width: number;
  readonly height: number;
}

/** How many tiles a page holds at most. */
export const TILES_MAX = 16;

/** How a shape of stage wants its tiles: a phone held upright likes them tall, everything else wide. */
interface Taste {
  readonly aspectMin: number;
  readonly aspectIdeal: number;
  readonly aspectMax: number;
  /** A cell below this is too small to show a face. */
  readonly cellMin: Area;
  readonly columnsMax: number;
  readonly rowsMax: number;
  readonly gap: number;
}

const UPRIGHT: Taste = {
  aspectMin: 9 / 16,
  aspectIdeal: 3 / 4,
  aspectMax: 16 / 9,
  cellMin: { width: 150, height: 170 },
  columnsMax: 3,
  rowsMax: 4,
  gap: 8,
};

const WIDE: Taste = {
  aspectMin: 4 / 3,
  aspectIdeal: 16 / 10,
  aspectMax: 16 / 9,
  cellMin: { width: 165, height: 118 },
  columnsMax: 4,
  rowsMax: 4,
  gap: 12,
};

function tasteOf({ width, height }: Area): Taste {
  return height > width ? UPRIGHT : WIDE;
}

const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);

/** How many cells of at least `smallest` fit beside each other along `length`. */
function fitting(length: number, smallest: number, gap: number): number {
  return Math.floor((length + gap) / (smallest + gap));
}

/** How many tiles a page of the grid holds: 16 on a desktop, 6 on a phone; never fewer than 1. */
export function gridCapacity(area: Area): number {
  const { cellMin, columnsMax, rowsMax, gap } = tasteOf(area);
  const columns = clamp(fitting(area.width, cellMin.width, gap), 1, columnsMax);
  const rows = clamp(fitting(area.height, cellMin.height, gap), 1, rowsMax);
  return Math.min(columns * rows, TILES_MAX);
}

/** The largest rectangle in a cell whose shape is between the limits. */
function tileIn(cell: Area, { aspectMin, aspectMax }: Taste): Area {
  const aspect = clamp(cell.width / cell.height, aspectMin, aspectMax);
  const width = Math.min(cell.width, cell.height * aspect);
  return { width, height: width / aspect };
}

function cellOf(area: Area, columns: number, rows: number, gap: number): Area {
  return {
    width: (area.width - gap * (columns - 1)) / columns,
    height: (area.height - gap * (rows - 1)) / rows,
  };
}

/** The number of columns that shows most of everyone: large tiles, close to the ideal shape. */
function columnsFor(count: number, area: Area, taste: Taste): number {
  let best = 1;
  let bestWorth = -1;
  for (let columns = 1; columns <= Math.min(count, taste.columnsMax); columns += 1) {
    const rows = Math.ceil(count / columns);
    const { width, height } = tileIn(cellOf(area, columns, rows, taste.gap), taste);
    const aspect = width / height;
    const worth = width * height * Math.min(aspect / taste.aspectIdeal, taste.aspectIdeal / aspect);
    if (worth > bestWorth) [best, bestWorth] = [columns, worth];
  }
  return best;
}

/**
 * The rectangles of `count` tiles, in reading order, centred in `area`. On a phone a last row that is not full is stretched,
 * so that no room is wasted; elsewhere it is centred.
 */
export function arrangeGrid(count: number, area: Area): Rect[] {
  if (count === 0 || area.width <= 0 || area.height <= 0) return [];
  const taste = tasteOf(area);
  const { gap } = taste;
  const columns = columnsFor(count, area, taste);
  const rows = Math.ceil(count / columns);
  const tile = tileIn(cellOf(area, columns, rows, gap), taste);
  const top = (area.height - rows * tile.height - (rows - 1) * gap) / 2;
  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / columns);
    const inRow = Math.min(columns, count - row * columns);
    const stretched = (columns * tile.width + (columns - inRow) * gap) / inRow;
    const width = taste === UPRIGHT ? Math.min(stretched, tile.height * taste.aspectMax) : tile.width;
    const left = (area.width - inRow * width - (inRow - 1) * gap) / 2;
    return {
      x: left + (index - row * columns) * (width + gap),
      y: top + row * (tile.height + gap),
      width,
      height: tile.height,
    };
  });
}

/** One tile large, the others in a strip: below it on a phone, beside it elsewhere. */
export interface Spotlight {
  readonly big: Rect;
  /** Along the strip, in reading order. */
  readonly strip: readonly Rect[];
}

/** Where the strip and its tiles are. */
function stripOf(area: Area): { upright: boolean; gap: number; tile: Area; capacity: number } {
  const upright = area.height > area.width;
  const { gap } = tasteOf(area);
  if (upright) {
    const width = (Math.min(area.width, 560) - 3 * gap) / 4;
    const tile = { width, height: Math.min(width * 1.25, area.height * 0.24) };
    return { upright, gap, tile, capacity: fitting(area.width, width, gap) };
  }
  const width = clamp(area.width * 0.17, 130, 220);
  const tile = { width, height: (width * 10) / 16 };
  return { upright, gap, tile, capacity: Math.max(1, fitting(area.height, tile.height, gap)) };
}

/** How many tiles the strip beside a pinned one holds. */
export function stripCapacity(area: Area): number {
  return Math.min(stripOf(area).capacity, TILES_MAX - 1);
}

/** The rectangles of a pinned tile and `others` in the strip (at most {@link stripCapacity}). */
export function arrangeSpotlight(others: number, area: Area): Spotlight {
  const { upright, gap, tile } = stripOf(area);
  if (others === 0) return { big: { x: 0, y: 0, ...area }, strip: [] };
  const step = (upright ? tile.width : tile.height) + gap;
  const start = ((upright ? area.width : area.height) - others * step + gap) / 2;
  const strip = Array.from({ length: others }, (_, index) =>
    upright
      ? { x: start + index * step, y: area.height - tile.height, ...tile }
      : { x: area.width - tile.width, y: start + index * step, ...tile },
  );
  const big = upright
    ? { x: 0, y: 0, width: area.width, height: area.height - tile.height - gap }
    : { x: 0, y: 0, width: area.width - tile.width - gap, height: area.height };
  return { big, strip };
}

/** How wide a shared screen is for its height, about. */
const SCREEN_ASPECT = 16 / 10;

/**
 * On a phone held upright a shared screen takes no more than its shape needs, and those in the call have the rest;
 * undefined where a screen is large like any other tile.
 */
function areasBesideScreen(big: string | undefined, area: Area): { screen: Area; rest: Area } | undefined {
  if (big === undefined || sharerOf(big) === undefined || area.height <= area.width) return;
  const height = Math.min(area.width / SCREEN_ASPECT, area.height * 0.6);
  const rest = { width: area.width, height: area.height - height - UPRIGHT.gap };
  return { screen: { width: area.width, height }, rest };
}

/** A large tile and where the others of its page lie. */
function arrangeAround(big: string, others: number, full: number, area: Area): Spotlight {
  const areas = areasBesideScreen(big, area);
  if (!areas) return arrangeSpotlight(others, area);
  const { screen, rest } = areas;
  const down = screen.height + UPRIGHT.gap;
  const strip = arrangeGrid(full, rest).map((rect) => ({ ...rect, y: rect.y + down }));
  return { big: { x: 0, y: 0, ...screen }, strip };
}

/** How many tiles a page holds beside the large one. */
function capacityAround(big: string, area: Area): number {
  const areas = areasBesideScreen(big, area);
  return areas ? gridCapacity(areas.rest) : stripCapacity(area);
}

/** A page of tiles and where each lies. */
export interface Layout {
  /** Which are shown, and where; the pinned one first. */
  readonly tiles: readonly { readonly id: string; readonly rect: Rect; readonly big: boolean }[];
  /** From 0. */
  readonly page: number;
  /** At least 1. */
  readonly pages: number;
  /** The page of each tile but the pinned one, from 0. */
  readonly pageOf: ReadonlyMap<string, number>;
}

/** Lays out the tiles `ids`: page `page` of them (or the last there is), with `pinned` large when it is among them. */
export function layOut(ids: readonly string[], pinned: string | undefined, page: number, area: Area): Layout {
  const big = pinned !== undefined && ids.includes(pinned) && ids.length > 1 ? pinned : undefined;
  const paged = big === undefined ? ids : ids.filter((id) => id !== big);
  const capacity = big === undefined ? gridCapacity(area) : capacityAround(big, area);
  const pages = Math.max(1, Math.ceil(paged.length / capacity));
  const current = clamp(page, 0, pages - 1);
  const shown = paged.slice(current * capacity, (current + 1) * capacity);
  const pageOf = new Map(paged.map((id, index) => [id, Math.floor(index / capacity)]));
  if (big === undefined) {
    // A page that is not full keeps the size of a full one, so that turning pages does not make tiles grow.
    const rects = arrangeGrid(pages > 1 ? capacity : shown.length, area);
    const tiles = shown.flatMap((id, index) => {
      const rect = rects[index];
      return rect ? [{ id, rect, big: false }] : [];
    });
    return { tiles, page: current, pages, pageOf };
  }
  const spotlight = arrangeAround(big, shown.length, pages > 1 ? capacity : shown.length, area);
  const strip = shown.flatMap((id, index) => {
    const rect = spotlight.strip[index];
    return rect ? [{ id, rect, big: false }] : [];
  });
  return { tiles: [{ id: big, rect: spotlight.big, big: true }, ...strip], page: current, pages, pageOf };
}
