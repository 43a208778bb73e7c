// The page: streets on one side, vans, orders and what changed on the other.

import { html, useEffect } from "../shared/html.js";
import { clock } from "../shared/format.js";
import { Changes } from "./changes.js";
import { Header } from "./header.js";
import { listenToKeys } from "./keys.js";
import { Log } from "./log.js";
import { MapView } from "./map_view.js";
import { Orders } from "./orders.js";
import { Round } from "./round.js";
import { connection, now, part, selectedVan, snapshot, tab, toasts, zone } from "./state.js";
import { dismiss } from "./actions.js";
import { Timeline } from "./timeline.js";

const PARTS = { vans: "Vans", orders: "Orders", more: "Changes" };
const TABS = { changes: "What changed", round: "Round", log: "Log" };

export function Console() {
  useEffect(listenToKeys, []);
  if (snapshot.value === null) return html`<${Waiting} />`;
  return html`<div class="console" data-part=${part.value}>
    <${Header} />
    <${Lost} />
    <main class="work">
      <${MapView} />
      <nav class="parts" aria-label="Parts of the page">
        ${Object.entries(PARTS).map(
          ([id, name]) =>
            html`<button key=${id} aria-pressed=${part.value === id} onClick=${() => (part.value = id)}>${name}</button>`,
        )}
      </nav>
      <${Timeline} />
      <${Orders} />
      <${More} />
    </main>
    <${Toasts} />
  </div>`;
}

const WAITING = {
  connecting: "Opening the day…",
  live: "Opening the day…",
  lost: "The server does not answer. Trying again…",
  empty: "No day is running here. This page shows one as soon as it begins.",
};

function Waiting() {
  return html`<div class="waiting" role="status">
    <img src="/shared/icon.svg" alt="" width="64" height="64" />
    <h1>Milkfloat</h1>
    <p>${WAITING[connection.value]}</p>
  </div>`;
}

/** A page that stands still must say so. */
function Lost() {
  if (connection.value !== "lost" && connection.value !== "empty") return null;
  return html`<div class="lost" role="alert">
    <strong>Connection lost.</strong> This is the day as of ${clock(now.value, zone.value)}. Trying again…
  </div>`;
}

function More() {
  const shown = tab.value;
  return html`<section class="panel more" aria-label="Details">
    <div class="tabs" role="tablist" aria-label="Details" onKeyDown=${walkTabs}>
      ${Object.entries(TABS).map(
        ([id, name]) =>
          html`<button
            key=${id}
            id=${`tab-${id}`}
            role="tab"
            aria-selected=${shown === id}
            aria-controls="details"
            tabindex=${shown === id ? 0 : -1}
            onClick=${() => (tab.value = id)}
          >
            ${id === "round" && selectedVan.value ? `Round of ${selectedVan.value}` : name}
          </button>`,
      )}
    </div>
    <div class="scroll" id="details" role="tabpanel" aria-labelledby=${`tab-${shown}`} tabindex="0">
      ${shown === "changes" ? html`<${Changes} />` : shown === "round" ? html`<${Round} />` : html`<${Log} />`}
    </div>
  </section>`;
}

function walkTabs(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const ids = Object.keys(TABS);
  tab.value = ids[(ids.indexOf(tab.value) + step + ids.length) % ids.length];
  document.getElementById(`tab-${tab.value}`).focus();
}

function Toasts() {
  return html`<div class="toasts" role="status" aria-live="polite">
    ${toasts.value.map(
      ({ id, kind, text }) =>
        html`<div key=${id} class=${`toast ${kind}`}>
          <span>${text}</span>
          <button class="button quiet" aria-label="Dismiss" onClick=${() => dismiss(id)}>×</button>
        </div>`,
    )}
  </div>`;
}
