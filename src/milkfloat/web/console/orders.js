// The orders of the day as they come in, newest first: find one, see how it stands, lock it or move it.

import { html, useEffect, useRef } from "../shared/html.js";
import { clock, count, duration, size, window } from "../shared/format.js";
import { Icon } from "../shared/icons.js";
import { OrderActions } from "./order_actions.js";
import {
  colours,
  filter,
  isLate,
  isOpen,
  numberOf,
  search,
  selectOrder,
  selectedOrder,
  snapshot,
  zone,
} from "./state.js";

const FILTERS = {
  all: ["All", () => true],
  open: ["Open", isOpen],
  late: ["Late", isLate],
  unserved: ["Unserved", (order) => order.status === "unserved"],
};
const STATUS = {
  waiting: ["warn", "Waiting"],
  planned: ["", "Planned"],
  onboard: ["info", "On board"],
  done: ["good", "Done"],
  failed: ["bad", "Failed"],
  unserved: ["bad", "Unserved"],
};
// More rows than anybody scrolls through would only slow the page down; searching finds the rest.
const ROWS = 400;

export function Orders() {
  const all = snapshot.value.orders;
  const chosen = all.filter(FILTERS[filter.value][1]).filter(matches(search.value));
  const rows = chosen.slice().sort((a, b) => (b.announced ?? 0) - (a.announced ?? 0) || compare(a.id, b.id));
  const typed = (event) => {
    search.value = event.currentTarget.value;
  };
  return html`<section class="panel orders" aria-label="Orders">
    <div class="panel-head">
      <h2>Orders</h2>
      <label class="search">
        <${Icon} name="search" />
        <span class="visually-hidden">Find an order</span>
        <input id="search" type="search" placeholder="Id, street, van" value=${search.value} onInput=${typed} />
      </label>
    </div>
    <div class="filters" role="group" aria-label="Which orders">
      ${Object.entries(FILTERS).map(
        ([id, [name, test]]) =>
          html`<button key=${id} class="chip" aria-pressed=${filter.value === id} onClick=${() => (filter.value = id)}>
            ${name} ${all.filter(test).length}
          </button>`,
      )}
    </div>
    <div class="scroll">
      ${rows.length === 0
        ? html`<p class="empty">${all.length === 0 ? "No order has come in yet." : "No such order."}</p>`
        : html`<ol class="order-list">
            ${rows.slice(0, ROWS).map((order) => html`<${Order} key=${order.id} order=${order} />`)}
          </ol>`}
      ${rows.length > ROWS && html`<p class="empty">${count(rows.length - ROWS, "more order")}: search for it.</p>`}
    </div>
  </section>`;
}

function Order({ order }) {
  const isChosen = selectedOrder.value === order.id;
  const row = useRef(null);
  useEffect(() => {
    if (isChosen) row.current?.scrollIntoView({ block: "nearest" });
  }, [isChosen]);
  return html`<li ref=${row} class=${isChosen ? "order chosen" : "order"}>
    <button class="row" aria-expanded=${isChosen} onClick=${() => selectOrder(isChosen ? null : order.id)}>
      <${Badge} order=${order} />
      <span class="what">
        <span class="address">${order.address || `${order.lat.toFixed(5)}, ${order.lon.toFixed(5)}`}</span>
        <span class="muted">${order.id} · ${window(order.window, zone.value)}</span>
      </span>
      <span class="how"><${Status} order=${order} /><${Eta} order=${order} /></span>
    </button>
    ${isChosen && html`<${Details} order=${order} />`}
  </li>`;
}

function Badge({ order }) {
  const colour = colours.value.get(order.van);
  if (!colour) return html`<span class="badge hollow">${order.status === "unserved" ? "!" : "?"}</span>`;
  const done = order.status === "done";
  return html`<span class="badge" style=${{ "--van": colour, opacity: done ? 0.55 : 1 }}>
    ${done ? "✓" : numberOf(order)}
  </span>`;
}

function Status({ order }) {
  if (isOpen(order) && isLate(order)) return html`<span class="chip warn">${duration(order.late_s)} late</span>`;
  const [kind, text] = STATUS[order.status] ?? ["", order.status];
  return html`<span class=${`chip ${kind}`}>${order.locked && html`<${Icon} name="lock" />`}${text}</span>`;
}

function Eta({ order }) {
  if (!order.eta || order.status === "done") return null;
  return html`<span class="muted">${clock(order.eta, zone.value)}</span>`;
}

function Details({ order }) {
  return html`<div class="details">
    <dl class="pairs">
      <${Pair} name="Kind" value=${order.kind} />
      <${Pair} name="Came in" value=${order.announced && clock(order.announced, zone.value)} />
      <${Pair} name="Size" value=${size(order)} />
      <${Pair} name="Van" value=${order.van} />
      <${Pair} name="Collect at" value=${order.pickup?.address} />
    </dl>
    ${order.reason && html`<p class="why"><strong>Why not served:</strong> ${order.reason}</p>`}
    ${order.issue && html`<p class="why"><strong>The driver says:</strong> ${order.issue}</p>`}
    ${isOpen(order) && html`<${OrderActions} order=${order} />`}
  </div>`;
}

function Pair({ name, value }) {
  return value ? html`<div><dt>${name}</dt><dd>${value}</dd></div>` : null;
}

function matches(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return (order) => {
    const said = `${order.id} ${order.address ?? ""} ${order.van ?? ""}`.toLowerCase();
    return words.every((word) => said.includes(word));
  };
}

function compare(a, b) {
  return a.localeCompare(b, undefined, { numeric: true });
}
