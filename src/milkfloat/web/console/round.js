// The rest of one van's day, stop by stop: when, with how much charge, and what may be changed. Stops can be dragged.

import { html, useState } from "../shared/html.js";
import { clock, count, kw, kwh, percent, window } from "../shared/format.js";
import { Icon } from "../shared/icons.js";
import { isLow } from "../shared/battery.js";
import { giveLink, lock, move } from "./actions.js";
import { DriverLink } from "./driver_link.js";
import { draggedOrder, startDrag } from "./drag.js";
import {
  isCustomer,
  isLate,
  isLive,
  orderById,
  selectOrder,
  selectedOrder,
  selectedVan,
  snapshot,
  stopNumbers,
  vanById,
  zone,
} from "./state.js";

export function Round() {
  const van = vanById.value.get(selectedVan.value);
  if (!van) {
    return html`<p class="empty">Choose a van, in the list or on the map: its stops, times and charge appear here.</p>`;
  }
  const ahead = van.stops.filter((stop) => !stop.done);
  const done = van.stops.filter((stop) => stop.done && isCustomer(stop)).length;
  return html`<div class="round" style=${{ "--van": van.colour }}>
    <div class="round-head">
      <p>
        <strong>${van.model}</strong>
        <span class="muted">${count(done, "stop")} done, ${ahead.filter(isCustomer).length} ahead</span>
      </p>
      <button class="button" disabled=${!isLive.value} onClick=${() => giveLink(van.id)}>
        <${Icon} name="link" /> Driver page
      </button>
    </div>
    <${DriverLink} van=${van} />
    ${ahead.length === 0
      ? html`<p class="empty">This van has nothing more to do.</p>`
      : html`<ol class="stops">
          ${ahead.map((stop, k) => html`<${Stop} key=${`${stop.kind} ${stop.id} ${k}`} stop=${stop} van=${van} />`)}
        </ol>`}
  </div>`;
}

function Stop({ stop, van }) {
  return isCustomer(stop) ? html`<${Customer} stop=${stop} van=${van} />` : html`<${Pause} stop=${stop} van=${van} />`;
}

function Customer({ stop, van }) {
  const [isOver, setOver] = useState(false);
  const order = orderById.value.get(stop.id);
  const number = stopNumbers.value.get(`${stop.kind} ${stop.id}`);
  const over = (event) => {
    if (!draggedOrder.value || draggedOrder.value === stop.id) return;
    event.preventDefault();
    setOver(true);
  };
  const drop = (event) => {
    event.preventDefault();
    setOver(false);
    const dragged = orderById.peek().get(draggedOrder.peek());
    if (dragged) move(dragged, van.id, stop.id);
  };
  const classes = ["stop", selectedOrder.value === stop.id && "chosen", isOver && "over"].filter(Boolean).join(" ");
  return html`<li
    class=${classes}
    draggable=${isLive.value}
    onDragStart=${(event) => startDrag(event, stop.id)}
    onDragOver=${over}
    onDragLeave=${() => setOver(false)}
    onDrop=${drop}
  >
    <button class="row" onClick=${() => selectOrder(stop.id)} title="Show this order; drag it to change the round">
      <span class="badge">${number}</span>
      <span class="what">
        <span class="address">${order?.address ?? stop.name}</span>
        <span class="muted">${stop.id}${stop.kind === "pickup" ? " · collect" : ""} · ${window(order?.window, zone.value)}</span>
      </span>
      <span class="how">
        <strong class=${order && isLate(order) ? "late" : ""}>${clock(stop.arrival, zone.value)}</strong>
        <${Charge} stop=${stop} van=${van} />
      </span>
    </button>
    ${order &&
    html`<button
      class="button icon quiet"
      disabled=${!isLive.value}
      aria-pressed=${order.locked}
      aria-label=${`${order.locked ? "Unlock" : "Lock"} ${order.id} ${order.locked ? "from" : "to"} ${van.id}`}
      title=${order.locked ? "Locked to this van; press to unlock" : "Lock to this van"}
      onClick=${() => lock(order, !order.locked)}
    >
      <${Icon} name=${order.locked ? "lock" : "unlock"} />
    </button>`}
  </li>`;
}

const PAUSES = {
  charge: ["bolt", "Charge"],
  reload: ["depot", "Load"],
  start: ["depot", "Load"],
  break: ["pause", "Break"],
  end: ["depot", "Return"],
};

function Pause({ stop, van }) {
  const [icon, text] = PAUSES[stop.kind] ?? ["clock", stop.kind];
  const charger = snapshot.value.chargers.find(({ id }) => id === stop.id);
  const until = stop.kind === "end" ? "" : ` until ${clock(stop.departure, zone.value)}`;
  const power = charger ? ` · ${kw(charger.power_w)}` : "";
  return html`<li class=${`stop pause ${stop.kind}`}>
    <span class="row">
      <span class="badge"><${Icon} name=${icon} /></span>
      <span class="what">
        <span class="address">${text}${stop.charge_wh > 0 ? ` ${kwh(stop.charge_wh)}` : ""}</span>
        <span class="muted">${stop.name || stop.id}${power}${until}</span>
      </span>
      <span class="how">
        <strong>${clock(stop.arrival, zone.value)}</strong>
        <${Charge} stop=${stop} van=${van} />
      </span>
    </span>
  </li>`;
}

function Charge({ stop, van }) {
  if (stop.soc_wh === null || stop.soc_wh === undefined) return null;
  const kind = isLow(stop.soc_wh, van.reserve_wh) ? "low" : "muted";
  return html`<span class=${kind} title="Charge left on arrival">${percent(stop.soc_wh, van.capacity_wh)}</span>`;
}
