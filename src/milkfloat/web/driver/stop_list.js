// The rest of the day: when the van is where, and how much charge it then has left.

import { html } from "../shared/html.js";
import { Battery, isLow } from "../shared/battery.js";
import { clock, kwh, percent, window } from "../shared/format.js";
import { Icon } from "../shared/icons.js";
import { ahead, isCustomer, round } from "./state.js";

const PAUSES = {
  charge: ["bolt", "Charge"],
  reload: ["depot", "Load"],
  start: ["depot", "Load"],
  break: ["pause", "Break"],
  end: ["depot", "Return"],
};

export function StopList() {
  const rest = ahead.value.slice(1);
  if (rest.length === 0) return null;
  return html`<section class="card rest" aria-label="Then">
    <div class="rest-head muted"><h2>Then</h2><span>charge left</span></div>
    <ol>
      ${rest.map((stop, k) => html`<${Stop} key=${`${stop.kind} ${stop.id} ${k}`} stop=${stop} />`)}
    </ol>
  </section>`;
}

function Stop({ stop }) {
  const { van, timezone } = round.value;
  const [icon, title] = PAUSES[stop.kind] ?? [];
  const name = stop.address || stop.name || stop.id;
  return html`<li class=${`rest-stop ${stop.kind}`}>
    <time>${clock(stop.arrival, timezone)}</time>
    <span class="rest-what">
      <strong>${icon && html`<${Icon} name=${icon} />`}${title ? `${title}${amount(stop)}` : name}</strong>
      <span class="muted">${isCustomer(stop) ? `${stop.id} · ${window(stop.window, timezone)}` : name}</span>
    </span>
    ${stop.soc_wh !== null &&
    stop.soc_wh !== undefined &&
    html`<span class="rest-charge">
      <span class=${isLow(stop.soc_wh, van.reserve_wh) ? "low" : ""}>${percent(stop.soc_wh, van.capacity_wh)}</span>
      <${Battery} soc_wh=${stop.soc_wh} capacity_wh=${van.capacity_wh} reserve_wh=${van.reserve_wh} />
    </span>`}
  </li>`;
}

function amount(stop) {
  return stop.charge_wh > 0 ? ` ${kwh(stop.charge_wh)}` : "";
}
