// What the last plan changed: every stop that moved, and why. The undo button stands beside it.

import { html } from "../shared/html.js";
import { clock, count, duration } from "../shared/format.js";
import { Icon } from "../shared/icons.js";
import { undo } from "./actions.js";
import { colours, isLive, orderById, selectOrder, selectedOrder, snapshot, zone } from "./state.js";

export function Changes() {
  const change = snapshot.value.last_change;
  if (!change) {
    return html`<p class="empty">
      No plan was changed yet. Close a road, add an order or move a stop: this shows which stops moved, and why.
    </p>`;
  }
  const { moves, events, time, took_s } = change;
  const took = took_s === undefined || took_s === null ? "" : `, planned in ${took_s.toFixed(1)} s`;
  return html`<div class="changes">
    <div class="cause">
      <p class="muted">${time === undefined ? "" : clock(time, zone.value)}${took}</p>
      <ul>
        ${events.map((event, k) => html`<li key=${k}><strong>${event.text ?? event}</strong></li>`)}
      </ul>
      <p>${moves.length === 0 ? "No stop had to move." : `${count(moves.length, "stop")} changed.`}</p>
      ${snapshot.value.can_undo !== false &&
      html`<button class="button" disabled=${!isLive.value} onClick=${undo} title="Take the last change back (U)">
        <${Icon} name="undo" /> Undo
      </button>`}
    </div>
    <ol class="moves">
      ${moves.map((move, k) => html`<${Move} key=${`${move.order} ${k}`} move=${move} />`)}
    </ol>
  </div>`;
}

function Move({ move }) {
  const order = orderById.value.get(move.order);
  return html`<li>
    <button
      class="move"
      aria-pressed=${selectedOrder.value === move.order}
      onClick=${() => selectOrder(move.order)}
      title="Show this order"
    >
      <span class="what">
        <strong>${move.order}</strong>
        <span class="muted">${order?.address ?? ""}</span>
      </span>
      <span class="from-to"><${FromTo} move=${move} /><${Times} move=${move} /></span>
      <span class="reason">${move.reason}</span>
    </button>
  </li>`;
}

function FromTo({ move }) {
  const { from_van, to_van } = move;
  if (from_van === to_van) return html`<${VanName} id=${to_van} />`;
  return html`<${VanName} id=${from_van} none="new" /> <${Icon} name="arrow" /> <${VanName} id=${to_van} none="no van" />`;
}

/** A van's name beside its colour. */
export function VanName({ id, none = "no van" }) {
  if (!id) return html`<span class="muted">${none}</span>`;
  return html`<span class="van-name"><span class="swatch" style=${{ background: colours.value.get(id) }}></span>${id}</span>`;
}

function Times({ move }) {
  const { from_eta, to_eta } = move;
  if (!to_eta) return null;
  const shift = from_eta ? to_eta - from_eta : 0;
  const by = Math.abs(shift) < 60 ? "" : `, ${duration(shift)} ${shift > 0 ? "later" : "earlier"}`;
  return html`<span class="times muted">${clock(to_eta, zone.value)}${by}</span>`;
}
