// Why a stop could not be served, from a list made for thumbs, with a line to add.

import { html, useEffect, useRef } from "../shared/html.js";
import { reporting, tap } from "./state.js";

const REASONS = [
  "Nobody there",
  "Refused",
  "Address not found",
  "No way in",
  "Parcel damaged",
  "Parcel not on board",
  "Van needs help",
  "Something else",
];

export function IssueSheet() {
  const dialog = useRef(null);
  const stop = reporting.value;
  useEffect(() => {
    if (stop !== null) dialog.current?.showModal();
  }, [stop]);
  if (stop === null) return null;
  const close = () => {
    reporting.value = null;
  };
  const submit = (event) => {
    event.preventDefault();
    const values = new FormData(event.currentTarget);
    const more = values.get("more").trim();
    tap("issue", stop, more ? `${values.get("reason")}: ${more}` : values.get("reason"));
    close();
  };
  return html`<dialog class="sheet" ref=${dialog} aria-label="Report a problem" onClose=${close}>
    <form onSubmit=${submit}>
      <h2>What is wrong at ${stop.address || stop.name}?</h2>
      <div class="reasons">
        ${REASONS.map(
          (reason, k) =>
            html`<label key=${reason}><input type="radio" name="reason" value=${reason} required checked=${k === 0} /><span>${reason}</span></label>`,
        )}
      </div>
      <label class="field">Anything to add<input name="more" maxlength="200" autocomplete="off" /></label>
      <div class="sheet-buttons">
        <button type="button" class="button big" onClick=${close}>Cancel</button>
        <button class="button big primary">Report</button>
      </div>
    </form>
  </dialog>`;
}
