// The charge left in a battery as a bar. The hatched part is the reserve: the plan never goes below it.

import { percent, kwh } from "./format.js";
import { html } from "./html.js";

/** Charge, capacity and reserve in watt-hours. */
export function Battery({ soc_wh, capacity_wh, reserve_wh }) {
  const share = (value) => `${Math.max(0, Math.min(100, (100 * value) / capacity_wh))}%`;
  const label = `${percent(soc_wh, capacity_wh)} charge left, ${kwh(soc_wh)}; reserve ${percent(reserve_wh, capacity_wh)}`;
  return html`<span class=${isLow(soc_wh, reserve_wh) ? "battery low" : "battery"} role="img" aria-label=${label}>
    <span class="full" style=${{ width: share(soc_wh) }}></span>
    <span class="reserve" style=${{ width: share(reserve_wh) }}></span>
  </span>`;
}

/** Within half a reserve above the reserve: worth a look, still within the plan. */
export function isLow(soc_wh, reserve_wh) {
  return soc_wh < 1.5 * reserve_wh;
}
