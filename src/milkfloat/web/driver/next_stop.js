// The next thing to do, large enough to read at arm's length.

import { html } from "../shared/html.js";
import { clock, duration, kw, kwh, percent, size, window } from "../shared/format.js";
import { Icon } from "../shared/icons.js";
import { MiniMap } from "./mini_map.js";
import { ahead, isCustomer, reporting, round, tap } from "./state.js";

const TITLES = {
  delivery: "Deliver",
  pickup: "Collect",
  charge: "Charge",
  reload: "Load",
  start: "Load",
  break: "Break",
  end: "Return",
};

export function NextStop() {
  const stop = ahead.value[0];
  const { timezone } = round.value;
  const isHere = stop.arrival <= round.value.time;
  return html`<section class="card next" aria-label="Next stop">
    <div class="next-head">
      <span class="kind">${TITLES[stop.kind] ?? stop.kind}${progress(stop)}</span>
      <span class="eta">
        ${isHere ? html`<span class="chip good">You are here</span>` : html`<strong>${clock(stop.arrival, timezone)}</strong>`}
      </span>
    </div>
    <h2>${stop.address || stop.name || stop.id}</h2>
    <${Facts} stop=${stop} timezone=${timezone} />
    <${MiniMap} stop=${stop} />
    <div class="next-buttons">
      <a class="button big" href=${navigation(stop)}><${Icon} name="navigate" /> Navigate</a>
      ${isCustomer(stop) &&
      html`<button class="button big" onClick=${() => (reporting.value = stop)}><${Icon} name="alert" /> Problem</button>
        <button class="button big primary" onClick=${() => tap("done", stop)}><${Icon} name="check" /> Done</button>`}
    </div>
  </section>`;
}

function progress(stop) {
  const customers = round.value.stops.filter(isCustomer);
  const place = customers.findIndex(({ kind, id }) => kind === stop.kind && id === stop.id);
  return place < 0 ? "" : html` <span class="muted">· stop ${place + 1} of ${customers.length}</span>`;
}

function Facts({ stop, timezone }) {
  const { van } = round.value;
  const facts = [];
  if (isCustomer(stop)) {
    facts.push(stop.id, window(stop.window, timezone), size(stop));
  } else if (stop.kind === "charge") {
    facts.push(`+${kwh(stop.charge_wh)} to ${percent(stop.soc_wh + stop.charge_wh, van.capacity_wh)}`);
    facts.push(`until ${clock(stop.departure, timezone)}`, stop.power_w ? kw(stop.power_w) : "");
  } else if (stop.kind !== "end") {
    facts.push(`leave at ${clock(stop.departure, timezone)}`);
    if (stop.load) facts.push(`${stop.load} ${stop.load === 1 ? "order" : "orders"} to load`);
  }
  return html`<p class="facts">
    ${facts.filter(Boolean).join(" · ")}
    ${stop.late_s > 60 && html` <span class="chip warn">${duration(stop.late_s)} late</span>`}
  </p>`;
}

/** The way into the driver's own navigator: `geo:` opens it on Android, Apple's maps take a link. */
function navigation({ lat, lon, address, name }) {
  const place = `${lat.toFixed(6)},${lon.toFixed(6)}`;
  if (/iPhone|iPad|Macintosh/.test(navigator.userAgent)) return `maps://?daddr=${place}&dirflg=d`;
  return `geo:${place}?q=${place}(${encodeURIComponent(address || name || "")})`;
}
