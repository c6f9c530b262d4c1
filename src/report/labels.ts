/** A rectangle in pixels, y downwards. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Where a label stands relative to its point. */
export interface Placement {
  readonly dx: number;
  readonly dy: number;
  readonly align: 'left' | 'right';
}

/** Width of a label in pixels, about: fonts are not known here. */
export const textWidth = (text: string, fontSize: number): number => 0.56 * fontSize * text.length;

export const shorten = (text: string, letters: number): string =>
  text.length > letters ? `${text.slice(0, Math.max(1, letters - 1))}…` : text;

const overlap = (a: Box, b: Box): number =>
  Math.max(0, Math.min(a.right, b.right) - Math.max(a.left, b.left)) *
  Math.max(0, Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top));

const outside = (a: Box, b: Box): number =>
  Math.max(0, b.left - a.left) + Math.max(0, a.right - b.right) +
  Math.max(0, b.top - a.top) + Math.max(0, a.bottom - b.bottom);

/** Right and left of the point, then ever further up and down, close by or a little further out. */
const candidates: readonly Placement[] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].flatMap(step =>
  (step ? [18, 34] : [9]).flatMap(dx => [7 * step, -7 * step].flatMap((dy): Placement[] => [
    { dx, dy, align: 'left' },
    { dx: -dx, dy, align: 'right' },
  ])));

/** From a mark to its label: x, y, x, y. */
type Segment = readonly [number, number, number, number];

/** Where the line from a point to its label runs. */
export const leader = (x: number, y: number, { dx, dy }: Placement): Segment =>
  [x + 5 * Math.sign(dx), y, x + dx - 3 * Math.sign(dx), y + dy];

const side = ([x1, y1, x2, y2]: Segment, x: number, y: number): number =>
  Math.sign((x2 - x1) * (y - y1) - (y2 - y1) * (x - x1));

const cross = (a: Segment, b: Segment): boolean =>
  side(a, b[0], b[1]) !== side(a, b[2], b[3]) && side(b, a[0], a[1]) !== side(b, a[2], a[3]);

/** Whether a line passes within 6 pixels of a mark. */
function touches([x1, y1, x2, y2]: Segment, x: number, y: number): boolean {
  const t = Math.min(Math.max(((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / ((x2 - x1) ** 2 + (y2 - y1) ** 2), 0), 1);
  return Math.hypot(x1 + t * (x2 - x1) - x, y1 + t * (y2 - y1) - y) < 6;
}

/**
 * Places each point's label within `room` where it meets neither another label, nor a mark, nor one of the `obstacles`, near its
 * point, with leaders that do not cross, as far as that can be had; greedy from the top down. `lines` are obstacles that a label
 * may cover if need be.
 */
export function placeLabels(
  points: readonly { readonly x: number; readonly y: number; readonly label: string }[],
  { obstacles, lines, room }: { readonly obstacles: readonly Box[]; readonly lines: readonly Box[]; readonly room: Box },
  fontSize: number,
): Placement[] {
  const taken: Box[] = [...obstacles, ...points.map(({ x, y }) => ({ left: x - 6, right: x + 6, top: y - 6, bottom: y + 6 }))];
  const leaders: Segment[] = [], half = fontSize * 0.55, out = new Array<Placement>(points.length);
  for (const i of points.map((_, index) => index).sort((a, b) => points[a]!.y - points[b]!.y)) {
    const { x, y, label } = points[i]!, long = textWidth(label, fontSize);
    const boxOf = ({ dx, dy, align }: Placement): Box => {
      const left = x + dx - (align === 'left' ? 0 : long);
      return { left, right: left + long, top: y + dy - half, bottom: y + dy + half };
    };
    const cost = (placement: Placement): number => {
      const box = boxOf(placement), path = leader(x, y, placement);
      const covered = (boxes: readonly Box[]): number => boxes.reduce((sum, other) => sum + overlap(box, other), 0);
      const struck = points.filter((other, k) => k !== i && touches(path, other.x, other.y)).length;
      const crossed = leaders.filter(other => cross(path, other)).length;
      return 1000 * outside(box, room) + 3 * covered(taken) + 0.2 * covered(lines) + 60 * (struck + crossed) +
        Math.abs(placement.dy) + Math.abs(placement.dx);
    };
    const best = candidates.reduce((a, b) => (cost(b) < cost(a) ? b : a));
    taken.push(boxOf(best));
    leaders.push(leader(x, y, best));
    out[i] = best;
  }
  return out;
}

/** Moves label positions apart to at least `gap` within low … high, each as little as possible (pooled neighbours). */
export function spread(targets: readonly number[], gap: number, low: number, high: number): number[] {
  const order = targets.map((_, i) => i).sort((a, b) => targets[a]! - targets[b]!);
  const pools: { mean: number; size: number }[] = [];
  for (const [rank, i] of order.entries()) {
    let pool = { mean: targets[i]! - rank * gap, size: 1 };
    for (let last = pools.at(-1); last && last.mean > pool.mean; last = pools.at(-1)) {
      pools.pop();
      pool = { mean: (last.mean * last.size + pool.mean * pool.size) / (last.size + pool.size), size: last.size + pool.size };
    }
    pools.push(pool);
  }
  const room = Math.max(low, high - (targets.length - 1) * gap);
  const starts = pools.flatMap(({ mean, size }) => new Array<number>(size).fill(Math.min(Math.max(mean, low), room)));
  const out = new Array<number>(targets.length);
  for (const [rank, i] of order.entries()) out[i] = starts[rank]! + rank * gap;
  return out;
}
