// The top line: which day, what time it is there, how fast it goes, and how it stands.

import { html } from "../shared/html.js";
import { clock, date, kwh } from "../shared/format.js";
import { Icon } from "../shared/icons.js";
import { theme, toggleTheme } from "../shared/theme.js";
import { setSpeed, togglePlay } from "./actions.js";
import { filter, isLive, isPlanning, now, part, snapshot, zone } from "./state.js";

const SPEEDS = [1, 10, 30, 120];

export function Header() {
  return html`<header class="header">
    <div class="brand">
      <img src="/shared/icon.svg" alt="" width="30" height="30" />
      <div>
        <h1>Milkfloat</h1>
        <${Subtitle} />
      </div>
    </div>
    <${Transport} />
    <${Figures} />
    <${Status} />
  </header>`;
}

function Subtitle() {
  const { name, starts, time, temperature_c } = snapshot.value;
  const cold = temperature_c === undefined ? "" : ` · ${Math.round(temperature_c)} °C`;
  return html`<p class="muted">${name} · ${date(starts ?? time, zone.value)}${cold}</p>`;
}

function Transport() {
  const { playing, speed } = snapshot.value;
  const speeds = SPEEDS.includes(speed) ? SPEEDS : [...SPEEDS, speed].sort((a, b) => a - b);
  return html`<div class="transport" role="group" aria-label="Time">
    <button
      class="button icon"
      aria-label=${playing ? "Pause" : "Play"}
      title=${`${playing ? "Pause" : "Play"} (space)`}
      disabled=${!isLive.value}
      onClick=${togglePlay}
    >
      <${Icon} name=${playing ? "pause" : "play"} />
    </button>
    <${Clock} />
    <select
      class="speed"
      aria-label="Speed"
      title="How much faster than real time"
      value=${speed}
      disabled=${!isLive.value}
      onChange=${(event) => setSpeed(Number(event.currentTarget.value))}
    >
      ${speeds.map((value) => html`<option key=${value} value=${value} selected=${value === speed}>${value}×</option>`)}
    </select>
  </div>`;
}

function Clock() {
  return html`<time class="clock" aria-label="Time of the day">${clock(now.value, zone.value)}</time>`;
}

function Figures() {
  const { kpis, orders, vans } = snapshot.value;
  const unserved = kpis.unserved ?? orders.filter((order) => order.status === "unserved").length;
  return html`<dl class="figures">
    <${Figure} name="Delivered" value=${kpis.served} of=${orders.length} />
    <${Figure} name="Late" value=${kpis.late} kind=${kpis.late > 0 ? "warn" : ""} shows="late" />
    <${Figure} name="Unserved" value=${unserved} kind=${unserved > 0 ? "bad" : ""} shows="unserved" />
    <${Figure} name="Vans out" value=${kpis.vans_out} of=${vans.length} />
    <${Figure} name="Driven" value=${kpis.km.toFixed(kpis.km < 100 ? 1 : 0)} unit="km" />
    <${Figure} name="Used" value=${kpis.kwh.toFixed(kpis.kwh < 100 ? 1 : 0)} unit="kWh" />
    ${kpis.lowest_charge_wh !== null &&
    kpis.lowest_charge_wh !== undefined &&
    html`<${Figure} name="Lowest charge" value=${kwh(kpis.lowest_charge_wh).replace(" kWh", "")} unit="kWh" />`}
  </dl>`;
}

function Figure({ name, value, of, unit, kind = "", shows }) {
  const text = html`${value}${of !== undefined && html`<small> / ${of}</small>`}${unit && html`<small> ${unit}</small>`}`;
  const show = () => {
    filter.value = shows;
    part.value = "orders";
  };
  return html`<div class=${`figure ${kind}`}>
    <dt>${name}</dt>
    <dd>
      ${shows && value > 0
        ? html`<button class="plain" title=${`Show ${name.toLowerCase()} orders`} onClick=${show}>${text}</button>`
        : text}
    </dd>
  </div>`;
}

function Status() {
  const isDark = theme.value === "dark";
  const [kind, text] = !isLive.value ? ["bad", "No connection"] : isPlanning.value ? ["info", "Planning…"] : ["good", "Live"];
  return html`<div class="status">
    <span class=${`chip ${kind}`}><span class="dot"></span>${text}</span>
    <button
      class="button icon quiet"
      aria-label=${isDark ? "Light colours" : "Dark colours"}
      title=${isDark ? "Light colours" : "Dark colours"}
      onClick=${toggleTheme}
    >
      <${Icon} name=${isDark ? "sun" : "moon"} />
    </button>
  </div>`;
}
