// The question a tool asks before it does anything: for how long is the road closed, what is the order like.

import { html, useEffect, useRef } from "../shared/html.js";
import { clock } from "../shared/format.js";
import { addOrder, closeRoad } from "./actions.js";
import { draft, isLive, snapshot, zone } from "./state.js";

const CLOSED_MIN = [30, 60, 120, 240];
const WINDOW_MIN = [60, 120, 180, 240];

export function DraftForm() {
  const form = useRef(null);
  const place = draft.value;
  useEffect(() => {
    form.current?.querySelector("select, input")?.focus();
  }, [place]);
  if (place === null) return null;
  const cancel = () => {
    draft.value = null;
  };
  const isClosing = place.tool === "close";
  return html`<form class="draft" ref=${form} aria-label=${isClosing ? "Close a road" : "Add an order"} onSubmit=${submit}>
    <h2>${isClosing ? `Close ${place.name || "this road"}` : `New order${place.name ? ` at ${place.name}` : ""}`}</h2>
    ${isClosing ? html`<${Until} />` : html`<${OrderFields} />`}
    <div class="draft-buttons">
      <button type="button" class="button" onClick=${cancel}>Cancel</button>
      <button class="button primary" disabled=${!isLive.value}>${isClosing ? "Close the road" : "Add the order"}</button>
    </div>
  </form>`;
}

function Until() {
  const { time, ends } = snapshot.value;
  return html`<label class="field">
    Until
    <select name="until">
      ${CLOSED_MIN.map(
        (minutes) =>
          html`<option key=${minutes} value=${minutes} selected=${minutes === 60}>
            ${clock(time + minutes * 60, zone.value)} (${minutes < 60 ? `${minutes} min` : `${minutes / 60} h`})
          </option>`,
      )}
      <option value="">${ends ? "the end of the day" : "further notice"}</option>
    </select>
  </label>`;
}

function OrderFields() {
  const { time } = snapshot.value;
  return html`<div class="pair">
      <label class="field">Weight, kg<input name="mass_kg" type="number" min="0" max="2000" step="0.1" value="10" required /></label>
      <label class="field">Volume, l<input name="volume_l" type="number" min="0" max="20000" step="1" value="50" required /></label>
    </div>
    <div class="pair">
      <label class="field">
        Kind
        <select name="kind">
          <option value="delivery">Bring</option>
          <option value="pickup">Collect</option>
        </select>
      </label>
      <label class="field">
        Before
        <select name="window">
          ${WINDOW_MIN.map(
            (minutes) =>
              html`<option key=${minutes} value=${minutes} selected=${minutes === 180}>
                ${clock(time + minutes * 60, zone.value)}
              </option>`,
          )}
          <option value="">any time</option>
        </select>
      </label>
    </div>`;
}

function submit(event) {
  event.preventDefault();
  const { lon, lat, tool } = draft.peek();
  const values = new FormData(event.currentTarget);
  const { time } = snapshot.peek();
  const after = (name) => (values.get(name) ? time + Number(values.get(name)) * 60 : null);
  if (tool === "close") {
    closeRoad(lon, lat, after("until"));
    return;
  }
  const until = after("window");
  addOrder({
    lon,
    lat,
    kind: values.get("kind"),
    mass_g: Math.round(Number(values.get("mass_kg")) * 1000),
    volume_ml: Math.round(Number(values.get("volume_l")) * 1000),
    ...(until === null ? {} : { window: [time, until] }),
  });
}
