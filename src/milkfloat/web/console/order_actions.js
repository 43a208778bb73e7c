// What can be done with one order: hold it in its van, or give it to another.

import { html, useState } from "../shared/html.js";
import { Icon } from "../shared/icons.js";
import { lock, move } from "./actions.js";
import { isCustomer, isLive, orderById, snapshot, stopNumbers } from "./state.js";

export function OrderActions({ order }) {
  const [van, setVan] = useState(order.van ?? snapshot.value.vans[0]?.id ?? "");
  const [before, setBefore] = useState("");
  const ahead = stopsAhead(van, order.id);
  return html`<div class="order-actions">
    ${order.van &&
    html`<button class="button" disabled=${!isLive.value} aria-pressed=${order.locked} onClick=${() => lock(order, !order.locked)}>
      <${Icon} name=${order.locked ? "unlock" : "lock"} /> ${order.locked ? "Unlock" : `Lock to ${order.van}`}
    </button>`}
    <form class="move-form" onSubmit=${(event) => submit(event, order, van, before)}>
      <label>
        <span>Move to</span>
        <select value=${van} onChange=${(event) => choose(event, setVan, setBefore)}>
          ${snapshot.value.vans.map(({ id }) => html`<option key=${id} value=${id} selected=${id === van}>${id}</option>`)}
        </select>
      </label>
      <label>
        <span>before</span>
        <select value=${before} onChange=${(event) => setBefore(event.currentTarget.value)}>
          <option value="">best place</option>
          ${ahead.map(({ id, text }) => html`<option key=${id} value=${id}>${text}</option>`)}
        </select>
      </label>
      <button class="button" disabled=${!isLive.value}>Move</button>
    </form>
  </div>`;
}

/** Stops a van has not begun, as choices: an order can go before each. */
function stopsAhead(van, without) {
  const stops = snapshot.value.vans.find(({ id }) => id === van)?.stops ?? [];
  return stops
    .filter((stop) => isCustomer(stop) && !stop.done && stop.id !== without)
    .map((stop) => {
      const number = stopNumbers.value.get(`${stop.kind} ${stop.id}`) ?? "";
      return { id: stop.id, text: `${number} ${orderById.value.get(stop.id)?.address ?? stop.name ?? stop.id}` };
    });
}

function choose(event, setVan, setBefore) {
  setVan(event.currentTarget.value);
  setBefore("");
}

function submit(event, order, van, before) {
  event.preventDefault();
  move(order, van, before || null);
}
