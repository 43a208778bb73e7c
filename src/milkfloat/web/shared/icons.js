// Line drawings on a grid of 24, stroked in the colour of the text around them.

import { html } from "./html.js";

const PATHS = {
  alert: "M12 9v4m0 4h.01M10.3 3.9 2.4 17.6A2 2 0 0 0 4.1 20.6h15.8a2 2 0 0 0 1.7-3L13.7 3.9a2 2 0 0 0-3.4 0Z",
  arrow: "M5 12h14m-6-6 6 6-6 6",
  bolt: "M13 2 4 14h7l-1 8 9-12h-7l1-8Z",
  check: "m4.5 12.5 5 5L20 7",
  chevron: "m6 9 6 6 6-6",
  closed: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM7.5 12h9",
  clock: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm0 4.5V12l3 2",
  depot: "M3 10.5 12 4l9 6.5V20H3v-9.5ZM8 20v-6h8v6",
  fit: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  key: "M14.5 9.5a4.5 4.5 0 1 0-4.2 4.5L12 15.5h2V18h2.5v2.5H20v-3l-5.8-5.8c.2-.7.3-1.4.3-2.2ZM7.5 7.5h.01",
  link: "M10 14a4 4 0 0 0 6 .4l3-3a4.2 4.2 0 0 0-6-6l-1.5 1.5M14 10a4 4 0 0 0-6-.4l-3 3a4.2 4.2 0 0 0 6 6l1.5-1.5",
  lock: "M6 11h12v9H6v-9Zm2.5 0V7.5a3.5 3.5 0 0 1 7 0V11",
  unlock: "M6 11h12v9H6v-9Zm2.5 0V7.5a3.5 3.5 0 0 1 6.8-1.2",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5Z",
  navigate: "M3.5 11 20.5 3.5 13 20.5l-2-7.5-7.5-2Z",
  offline: "m3 3 18 18M5 12.5a10 10 0 0 1 4-2.3m4-.4a10 10 0 0 1 6 2.7M8.5 16a5 5 0 0 1 5.2-1.2M12 20h.01M2 9a15 15 0 0 1 4.3-2.7m4.2-1A15 15 0 0 1 22 9",
  pause: "M8 5v14M16 5v14",
  pickup: "M12 15V4m-5 5 5-5 5 5M4 20h16",
  pin: "M12 21s7-6.2 7-11.5a7 7 0 0 0-14 0C5 14.8 12 21 12 21Zm0-9a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z",
  play: "M7 4.5v15l12-7.5-12-7.5Z",
  plus: "M12 5v14M5 12h14",
  pointer: "m5 3 14 8-6.5 1.5L9 19 5 3Z",
  replan: "M20 11a8 8 0 0 0-14.3-4L3 9.5M3 4v5.5h5.5M4 13a8 8 0 0 0 14.3 4l2.7-2.5m0 5.5v-5.5h-5.5",
  search: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13Zm5 11.5L20.5 20.5",
  snow: "M12 3v18M4.2 7.5l15.6 9M19.8 7.5l-15.6 9M9.5 4 12 6.5 14.5 4M9.5 20l2.5-2.5 2.5 2.5",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12 2v2m0 16v2M2 12h2m16 0h2M5 5l1.4 1.4m11.2 11.2L19 19M5 19l1.4-1.4M17.6 6.4 19 5",
  traffic: "M9 3h6v18H9V3Zm3 4h.01M12 12h.01M12 17h.01M6 6h3M6 12h3M6 18h3M15 6h3m-3 6h3m-3 6h3",
  undo: "M9 14 4 9l5-5M4 9h10a6 6 0 0 1 0 12h-3",
  van: "M2 6h11v10H2V6Zm11 4h4l4 3.5V16h-8m-7.5 0a2 2 0 1 0 0 4 2 2 0 0 0 0-4Zm11 0a2 2 0 1 0 0 4 2 2 0 0 0 0-4Z",
  x: "m6 6 12 12M18 6 6 18",
};

/** A drawing by name. It says nothing to a screen reader: the button or text around it does. */
export function Icon({ name }) {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d=${PATHS[name]} /></svg>`;
}
