// A van's day as a small drawing: charge over time with the reserve below, stops as ticks, charging as bands, now as a line.

import { html, useMemo } from "../shared/html.js";
import { clock, count, percent } from "../shared/format.js";
import { isCustomer, isLate, now, orderById, zone } from "./state.js";

// Units of the drawing; it is stretched to the width of its row.
const WIDTH = 1000;
const HEIGHT = 48;
const TOP = 9;

export function DayCurve({ van, colour, span }) {
  const orders = orderById.value;
  const shapes = useMemo(() => shapesOf(van, span, orders), [van, span[0], span[1], orders]);
  return html`<span class="curve" style=${{ "--van": colour }}>
    <svg viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label=${spoken(van)}>
      ${shapes.bands.map(([x, width], k) => html`<rect key=${k} class="charging" x=${x} y="0" width=${width} height=${HEIGHT} />`)}
      <path class="area" d=${shapes.area} />
      <line class="reserve" x1="0" x2=${WIDTH} y1=${shapes.reserve} y2=${shapes.reserve} />
      <path class="line" d=${shapes.line} />
      <path class="ticks" d=${shapes.ticks} />
      <path class="ticks done" d=${shapes.done} />
      <path class="ticks late" d=${shapes.late} />
    </svg>
    <${NowLine} span=${span} />
  </span>`;
}

function NowLine({ span: [first, last] }) {
  const share = (now.value - first) / (last - first);
  return html`<span class="now-line" style=${{ left: `${100 * Math.min(Math.max(share, 0), 1)}%` }}></span>`;
}

function shapesOf(van, [first, last], orders) {
  const x = (instant) => (((instant - first) / (last - first)) * WIDTH).toFixed(1);
  const y = (charge) => (HEIGHT - (charge / van.capacity_wh) * (HEIGHT - TOP)).toFixed(1);
  const points = [];
  const bands = [];
  const ticks = { ahead: "", done: "", late: "" };
  for (const stop of van.stops) {
    if (stop.soc_wh !== null && stop.soc_wh !== undefined) {
      const charge_wh = stop.charge_wh ?? 0;
      points.push(`${x(stop.arrival)},${y(stop.soc_wh)}`);
      if (charge_wh > 0) points.push(`${x(stop.start ?? stop.arrival)},${y(stop.soc_wh)}`);
      points.push(`${x(stop.departure)},${y(stop.soc_wh + charge_wh)}`);
      if (charge_wh > 0) {
        const from = x(stop.start ?? stop.arrival);
        bands.push([from, Math.max(x(stop.departure) - from, 1)]);
      }
    }
    if (isCustomer(stop)) {
      const order = orders.get(stop.id);
      const kind = order && isLate(order) ? "late" : stop.done ? "done" : "ahead";
      ticks[kind] += `M${x(stop.arrival)} 0v5`;
    }
  }
  const line = points.length > 0 ? `M${points.join("L")}` : "";
  const [start] = points[0]?.split(",") ?? [];
  const [end] = points.at(-1)?.split(",") ?? [];
  return {
    bands,
    line,
    area: line && `${line}L${end},${HEIGHT}L${start},${HEIGHT}Z`,
    reserve: y(van.reserve_wh),
    ticks: ticks.ahead,
    done: ticks.done,
    late: ticks.late,
  };
}

/** The drawing in words. */
function spoken(van) {
  const ahead = van.stops.filter((stop) => !stop.done);
  const lowest = ahead.reduce((least, stop) => (stop.soc_wh < (least?.soc_wh ?? Infinity) ? stop : least), null);
  const charges = ahead.filter((stop) => stop.charge_wh > 0).map((stop) => clock(stop.arrival, zone.value));
  const parts = [`${count(ahead.filter(isCustomer).length, "stop")} ahead`];
  if (lowest) parts.push(`lowest charge ${percent(lowest.soc_wh, van.capacity_wh)} at ${clock(lowest.arrival, zone.value)}`);
  if (charges.length > 0) parts.push(`charges at ${charges.join(", ")}`);
  return parts.join("; ");
}
