// What happened, newest first.

import { html } from "../shared/html.js";
import { clock } from "../shared/format.js";
import { Icon } from "../shared/icons.js";
import { snapshot, zone } from "./state.js";

const ICONS = {
  new_order: "plus",
  cancelled: "x",
  manual_move: "arrow",
  lock: "lock",
  unlock: "unlock",
  issue: "alert",
  closure: "closed",
  jam: "traffic",
  traffic_clears: "traffic",
  charger_failed: "bolt",
  charger_works: "bolt",
  van_late: "clock",
  replan: "replan",
  undo: "undo",
  done: "check",
  tap: "check",
};

export function Log() {
  const entries = (snapshot.value.log ?? []).slice().reverse();
  if (entries.length === 0) {
    return html`<p class="empty">Nothing has happened yet. Orders, traffic and what drivers report appear here.</p>`;
  }
  return html`<ol class="log">
    ${entries.map(
      ({ id, time, kind, text }) =>
        html`<li key=${id} class=${`entry ${kind}`}>
          <time class="muted">${clock(time, zone.value)}</time>
          <${Icon} name=${ICONS[kind] ?? "clock"} />
          <span>${text}</span>
        </li>`,
    )}
  </ol>`;
}
