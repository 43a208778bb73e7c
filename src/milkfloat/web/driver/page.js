// The page of one driver on one day: what comes next, and everything after it.

import { html, useEffect } from "../shared/html.js";
import { Battery } from "../shared/battery.js";
import { clock, kwh, percent } from "../shared/format.js";
import { Icon } from "../shared/icons.js";
import { IssueSheet } from "./issue_sheet.js";
import { NextStop } from "./next_stop.js";
import { News, Refused } from "./notices.js";
import { StopList } from "./stop_list.js";
import { UNDO_MS } from "./outbox.js";
import { ahead, connection, lastTap, outbox, round, takeBack } from "./state.js";

export function Page() {
  if (connection.value === "invalid") {
    return html`<${Message} title="This link is not valid" text="It was withdrawn, or its day is over. Ask your dispatcher for a new one." />`;
  }
  if (round.value === null) {
    const isLost = connection.value === "lost";
    return html`<${Message}
      title=${isLost ? "No network" : "Opening your round…"}
      text=${isLost ? "Your round appears as soon as the network is back." : ""}
    />`;
  }
  return html`<div class="driver">
    <${Top} />
    <${Network} />
    <main>
      <${News} />
      <${Refused} />
      ${ahead.value.length === 0 ? html`<${Finished} />` : html`<${NextStop} /><${StopList} />`}
    </main>
    <${Undo} />
    <${IssueSheet} />
    <footer class="muted">${round.value.name} · ${round.value.attribution}</footer>
  </div>`;
}

function Top() {
  const { van, time, timezone } = round.value;
  return html`<header class="top">
    <div class="who">
      <h1>${van.id}</h1>
      <time class="muted">${clock(time, timezone)}</time>
    </div>
    <div class="top-charge">
      <span>
        <strong>${percent(van.soc_wh, van.capacity_wh)}</strong>
        <span class="muted"> ${kwh(van.soc_wh)} left</span>
      </span>
      <${Battery} soc_wh=${van.soc_wh} capacity_wh=${van.capacity_wh} reserve_wh=${van.reserve_wh} />
    </div>
  </header>`;
}

/** Says so when the page is old, and how many reports are still to be sent. */
function Network() {
  const count = outbox.waiting.value.length;
  const isLost = connection.value === "lost";
  if (!isLost) return null;
  const waiting = count === 0 ? "" : ` ${count === 1 ? "One report waits" : `${count} reports wait`} and will be sent.`;
  return html`<div class="network" role="status">
    <${Icon} name="offline" />
    <span>No network. This is your round as of ${clock(round.value.time, round.value.timezone)}.${waiting}</span>
  </div>`;
}

function Finished() {
  return html`<section class="card finished">
    <${Icon} name="check" />
    <h2>Your round is done</h2>
    <p class="muted">New stops appear here when the plan changes.</p>
  </section>`;
}

/** For a few seconds a tap can be taken back. */
function Undo() {
  const tapped = lastTap.value;
  useEffect(() => {
    const timer = setTimeout(() => {
      lastTap.value = null;
    }, UNDO_MS);
    return () => clearTimeout(timer);
  }, [tapped]);
  if (tapped === null) return null;
  return html`<div class="undo" role="status">
    <span>${tapped.text}</span>
    <button class="button" onClick=${takeBack}><${Icon} name="undo" /> Undo</button>
  </div>`;
}

function Message({ title, text }) {
  return html`<div class="message" role="status">
    <img src="/shared/icon.svg" alt="" width="64" height="64" />
    <h1>${title}</h1>
    <p class="muted">${text}</p>
  </div>`;
}
