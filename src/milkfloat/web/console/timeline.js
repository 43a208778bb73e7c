// One row per van: who it is, the charge it has left, and its day with the charge curve the plan promises.

import { html, useState } from "../shared/html.js";
import { clock, kwh, percent } from "../shared/format.js";
import { Battery } from "../shared/battery.js";
import { move } from "./actions.js";
import { DayCurve } from "./day_curve.js";
import { draggedOrder } from "./drag.js";
import { colours, isCustomer, now, orderById, selectVan, selectedVan, snapshot, vans, zone } from "./state.js";

const STATUS = {
  idle: "At the depot",
  loading: "Loading",
  driving: "Driving",
  waiting: "Waiting",
  serving: "At a stop",
  charging: "Charging",
  break: "On a break",
  off: "Finished",
};

export function Timeline() {
  const span = spanOf(snapshot.value);
  return html`<section class="panel timeline" aria-label="Vans">
    <div class="panel-head">
      <h2>Vans</h2>
      <${Axis} span=${span} />
    </div>
    <div class="scroll">
      ${snapshot.value.vans.length === 0
        ? html`<p class="empty">This day has no vans.</p>`
        : html`<ul class="van-list">
            ${snapshot.value.vans.map((van) => html`<${Row} key=${van.id} id=${van.id} plan=${van} span=${span} />`)}
          </ul>`}
    </div>
  </section>`;
}

/** First and last instant of the rows: whole hours around the shifts. */
function spanOf({ starts, ends, time, vans: all }) {
  const times = all.flatMap((van) => van.stops.flatMap((stop) => [stop.arrival, stop.departure])).filter(Boolean);
  const first = Math.min(starts ?? time, ...times);
  const last = Math.max(ends ?? time, ...times);
  return [Math.floor(first / 1800) * 1800, Math.max(Math.ceil(last / 1800) * 1800, first + 3600)];
}

function Axis({ span: [first, last] }) {
  const step = last - first > 9 * 3600 ? 7200 : 3600;
  const marks = [];
  for (let at = Math.ceil(first / step) * step; at < last - step / 4; at += step) marks.push(at);
  return html`<div class="axis" aria-hidden="true">
    ${marks.map(
      (at) =>
        html`<span key=${at} style=${{ left: `${(100 * (at - first)) / (last - first)}%` }}>${clock(at, zone.value)}</span>`,
    )}
  </div>`;
}

function Row({ id, plan, span }) {
  const [isOver, setOver] = useState(false);
  const isChosen = selectedVan.value === id;
  const over = (event) => {
    if (!draggedOrder.value) return;
    event.preventDefault();
    setOver(true);
  };
  const drop = (event) => {
    event.preventDefault();
    setOver(false);
    const dragged = orderById.peek().get(draggedOrder.peek());
    if (dragged && dragged.van !== id) move(dragged, id, null);
  };
  return html`<li
    class=${["van", isChosen && "chosen", isOver && "over"].filter(Boolean).join(" ")}
    onDragOver=${over}
    onDragLeave=${() => setOver(false)}
    onDrop=${drop}
  >
    <button class="row" aria-pressed=${isChosen} onClick=${() => selectVan(id)}>
      <${Now} id=${id} />
      <${DayCurve} van=${plan} colour=${colours.value.get(id)} span=${span} />
    </button>
  </li>`;
}

/** What the van does at this moment; drawn anew with every position. */
function Now({ id }) {
  const van = vans.value.find((one) => one.id === id);
  const next = van.stops.find((stop) => !stop.done && isCustomer(stop));
  const address = orderById.value.get(next?.id)?.address ?? next?.name;
  const doing =
    van.status === "driving" && next && now.value < next.arrival ? `To ${address}` : (STATUS[van.status] ?? van.status);
  return html`<span class="van-now">
    <span class="van-title">
      <span class="swatch" style=${{ background: van.colour }}></span>
      <strong>${van.id}</strong>
      <span class="muted doing">${doing}</span>
    </span>
    <${Battery} soc_wh=${van.soc_wh} capacity_wh=${van.capacity_wh} reserve_wh=${van.reserve_wh} />
    <span class="van-charge">
      <strong>${percent(van.soc_wh, van.capacity_wh)}</strong>
      <span class="muted">${kwh(van.soc_wh)} of ${kwh(van.capacity_wh)}</span>
    </span>
  </span>`;
}
