// Vans between two positions the server tells: they go on along the line they follow, at the pace they had.

// The drawing is late by this much, so that there is always a next position to drive to.
const LATE_MS = 350;
// Further than this between two positions, in degrees, nobody drove: the van is put there.
const JUMP_DEG = 0.01;
// Bends of its line that a van may pass between two positions.
const AHEAD = 60;

/** Draws through `draw(vans)`, where each van has lon, lat and heading of the moment. */
export class Motion {
  #draw;
  #vans = new Map();
  #frame = 0;
  #isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;

  constructor(draw) {
    this.#draw = draw;
  }

  /** Take in where the server says the vans are. */
  follow(vans) {
    const at = performance.now();
    const known = this.#vans;
    this.#vans = new Map(vans.map((van) => [van.id, this.#next(known.get(van.id), van, at)]));
    if (this.#frame === 0) this.#frame = requestAnimationFrame(this.#step);
  }

  /** Draw once more, for a map that was emptied. */
  redraw() {
    this.#draw(this.#now(performance.now()));
  }

  stop() {
    cancelAnimationFrame(this.#frame);
  }

  #next(before, van, at) {
    const goal = [van.lon, van.lat];
    const here = before ? placeOn(before, at) : goal;
    const isJump = Math.hypot(goal[0] - here[0], goal[1] - here[1]) > JUMP_DEG;
    if (!before || this.#isStill || isJump) return { van, path: [goal], passed: 0, from: at, until: at };
    const { path, passed } = between(van.line ?? [], here, goal, van.line === before.van.line ? before.passed : 0);
    return { van, path, passed, from: at, until: at + LATE_MS };
  }

  #now(at) {
    return [...this.#vans.values()].map((one) => {
      const [lon, lat, heading] = placeOn(one, at);
      return { ...one.van, lon, lat, heading: heading ?? one.van.heading ?? 0 };
    });
  }

  #step = (at) => {
    this.#draw(this.#now(at));
    const isMoving = [...this.#vans.values()].some(({ until }) => until > at);
    this.#frame = isMoving ? requestAnimationFrame(this.#step) : 0;
  };
}

/** Longitude, latitude and, on the way, heading. */
function placeOn({ path, from, until }, at) {
  const goal = path.at(-1);
  if (path.length === 1 || at >= until) return path.length === 1 ? goal : [...goal, bearing(path.at(-2), goal)];
  const lengths = path.slice(1).map((place, k) => length(path[k], place));
  let left = (lengths.reduce((sum, one) => sum + one, 0) * Math.max(at - from, 0)) / (until - from);
  for (let k = 0; k < lengths.length; k += 1) {
    if (left <= lengths[k] && lengths[k] > 0) {
      const share = left / lengths[k];
      const [a, b] = [path[k], path[k + 1]];
      return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, bearing(a, b)];
    }
    left -= lengths[k];
  }
  return goal;
}

/** The bends of `line` between two places on it: so a van goes round a corner, not across it. `passed` bends are behind. */
export function between(line, here, goal, passed) {
  const first = nearest(line, here, passed);
  const last = nearest(line, goal, Math.max(first, 0));
  if (first < 0 || last <= first) return { path: [here, goal], passed: Math.max(first, passed) };
  return { path: [here, ...line.slice(first + 1, last + 1), goal], passed: first };
}

/** Index of the segment of `line` nearest to a place; only the next ones count, for rounds cross themselves. */
function nearest(line, place, start) {
  let best = -1;
  let least = Infinity;
  const end = Math.min(line.length - 1, start + AHEAD);
  for (let k = start; k < end; k += 1) {
    const off = offLine(line[k], line[k + 1], place);
    if (off < least) [best, least] = [k, off];
  }
  return best;
}

function offLine(a, b, place) {
  const whole = length(a, b);
  const along = whole === 0 ? 0 : dot(a, b, place) / whole ** 2;
  const share = Math.min(Math.max(along, 0), 1);
  return length([a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share], place);
}

function dot(a, b, place) {
  const squeeze = Math.cos((a[1] * Math.PI) / 180) ** 2;
  return (b[0] - a[0]) * (place[0] - a[0]) * squeeze + (b[1] - a[1]) * (place[1] - a[1]);
}

function length(a, b) {
  return Math.hypot((b[0] - a[0]) * Math.cos((a[1] * Math.PI) / 180), b[1] - a[1]);
}

function bearing(a, b) {
  const east = (b[0] - a[0]) * Math.cos((a[1] * Math.PI) / 180);
  return (Math.atan2(east, b[1] - a[1]) * 180) / Math.PI;
}
