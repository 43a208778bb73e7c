// What the driver must know before driving on: the plan changed, or a report was not accepted.

import { html } from "../shared/html.js";
import { clock } from "../shared/format.js";
import { Icon } from "../shared/icons.js";
import { confirmChange, news, outbox, round } from "./state.js";

export function News() {
  const change = news.value;
  if (change === null) return null;
  const { van, timezone } = round.value;
  return html`<section class="notice" role="alert">
    <div class="notice-head">
      <${Icon} name="replan" />
      <h2>Your round changed</h2>
      <time>${clock(change.time, timezone)}</time>
    </div>
    ${change.events.map((event, k) => html`<p key=${k}>${event.text ?? event}</p>`)}
    <ul>
      ${change.moves.map((move, k) => html`<li key=${k}><strong>${told(move, van.id)}</strong> <span>${move.reason}</span></li>`)}
    </ul>
    <button class="button" onClick=${confirmChange}>Seen</button>
  </section>`;
}

function told({ order, address, from_van, to_van }, mine) {
  const name = address || order;
  if (from_van !== mine) return `New: ${name}.`;
  if (to_van !== mine) return `${name} now goes with ${to_van || "nobody"}.`;
  return `${name} comes at another time.`;
}

export function Refused() {
  return outbox.refused.value.map(
    ({ key, order, why }) =>
      html`<section key=${key} class="notice bad" role="alert">
        <div class="notice-head"><${Icon} name="alert" /><h2>Not accepted: ${order}</h2></div>
        <p>${why}</p>
        <button class="button" onClick=${() => outbox.forget(key)}>Close</button>
      </section>`,
  );
}
