// What can be done on the map, each by a button and by a letter.

import { html } from "../shared/html.js";
import { Icon } from "../shared/icons.js";
import { replan, undo } from "./actions.js";
import { choose } from "./keys.js";
import { isLive, isTrafficShown, snapshot, tool } from "./state.js";

const TOOLS = [
  ["select", "pointer", "Select", "V"],
  ["close", "closed", "Close road", "C"],
  ["add", "plus", "Add order", "A"],
];

export function Toolbar({ onFit }) {
  const toggleTraffic = () => {
    isTrafficShown.value = !isTrafficShown.peek();
  };
  return html`<div class="toolbar" role="toolbar" aria-label="Map">
    <div class="group">
      ${TOOLS.map(
        ([id, icon, name, key]) =>
          html`<button
            key=${id}
            class="button quiet"
            aria-pressed=${tool.value === id}
            title=${`${name} (${key})`}
            aria-label=${name}
            disabled=${id !== "select" && !isLive.value}
            onClick=${() => choose(id)}
          >
            <${Icon} name=${icon} /><span class="name">${name}</span>
          </button>`,
      )}
    </div>
    <div class="group">
      <button class="button quiet" title="Plan again now (R)" aria-label="Replan" disabled=${!isLive.value} onClick=${replan}>
        <${Icon} name="replan" /><span class="name">Replan</span>
      </button>
      <button
        class="button quiet"
        title="Take the last change back (U)"
        aria-label="Undo"
        disabled=${!isLive.value || snapshot.value.can_undo === false}
        onClick=${undo}
      >
        <${Icon} name="undo" /><span class="name">Undo</span>
      </button>
    </div>
    <div class="group">
      <button
        class="button icon quiet"
        title="Traffic (T)"
        aria-label="Traffic"
        aria-pressed=${isTrafficShown.value}
        onClick=${toggleTraffic}
      >
        <${Icon} name="traffic" />
      </button>
      <button class="button icon quiet" title="Show all orders" aria-label="Show all orders" onClick=${onFit}>
        <${Icon} name="fit" />
      </button>
    </div>
  </div>`;
}
