// The link to a driver's page, for the moment in which it is handed over.

import { html } from "../shared/html.js";
import { toast, withdrawLinks } from "./actions.js";
import { driverLink } from "./state.js";

export function DriverLink({ van }) {
  const link = driverLink.value;
  if (link?.van !== van.id) return null;
  const copy = async () => {
    await navigator.clipboard.writeText(link.url);
    toast("good", `The link for ${van.id} is copied`);
  };
  const close = () => {
    driverLink.value = null;
  };
  return html`<div class="driver-link" role="group" aria-label=${`Link for the driver of ${van.id}`}>
    <p>Send this link to the driver of ${van.id}. It is shown only now.</p>
    <input readonly value=${link.url} aria-label="Link" onFocus=${(event) => event.currentTarget.select()} />
    <div class="driver-link-buttons">
      <a class="button primary" href=${link.url} target="_blank" rel="noopener">Open</a>
      <button class="button" onClick=${copy}>Copy</button>
      <button class="button danger" onClick=${() => withdrawLinks(van.id)} title="This link and all earlier ones">Withdraw all</button>
      <button class="button quiet" onClick=${close}>Close</button>
    </div>
  </div>`;
}
