"use strict";
// Switches of the legend, and moving about on the map; without this the page shows everything all the same.
for (const input of document.querySelectorAll("[data-route]")) {
  input.addEventListener("change", () => {
    document.getElementById(input.dataset.route).toggleAttribute("hidden", !input.checked);
  });
}

const map = document.getElementById("map");
const whole = map.viewBox.baseVal;
const full = { x: 0, y: 0, width: whole.width, height: whole.height };
let view = { ...full };

function show() {
  view.width = Math.min(full.width, Math.max(full.width / 30, view.width));
  view.height = (view.width / full.width) * full.height;
  view.x = Math.min(full.width - view.width, Math.max(0, view.x));
  view.y = Math.min(full.height - view.height, Math.max(0, view.y));
  map.setAttribute("viewBox", `${view.x} ${view.y} ${view.width} ${view.height}`);
}

function zoom(clientX, clientY, factor) {
  const box = map.getBoundingClientRect();
  const part = [(clientX - box.left) / box.width, (clientY - box.top) / box.height];
  const width = Math.min(full.width, Math.max(full.width / 30, view.width * factor));
  const height = (width / full.width) * full.height;
  view = { x: view.x + (view.width - width) * part[0], y: view.y + (view.height - height) * part[1], width, height };
  show();
}

map.addEventListener("wheel", (event) => {
  event.preventDefault();
  zoom(event.clientX, event.clientY, event.deltaY > 0 ? 1.15 : 1 / 1.15);
}, { passive: false });
map.addEventListener("dblclick", (event) => zoom(event.clientX, event.clientY, 0.5));

const fingers = new Map();
map.addEventListener("pointerdown", (event) => {
  map.setPointerCapture(event.pointerId);
  fingers.set(event.pointerId, event);
});
map.addEventListener("pointermove", (event) => {
  const before = fingers.get(event.pointerId);
  if (!before) return;
  const box = map.getBoundingClientRect();
  if (fingers.size === 1) {
    view.x -= ((event.clientX - before.clientX) / box.width) * view.width;
    view.y -= ((event.clientY - before.clientY) / box.height) * view.height;
    show();
  } else {
    const other = [...fingers.values()].find((finger) => finger.pointerId !== event.pointerId);
    const apart = (finger) => Math.hypot(finger.clientX - other.clientX, finger.clientY - other.clientY);
    zoom((event.clientX + other.clientX) / 2, (event.clientY + other.clientY) / 2, apart(before) / apart(event));
  }
  fingers.set(event.pointerId, event);
});
for (const end of ["pointerup", "pointercancel"]) {
  map.addEventListener(end, (event) => fingers.delete(event.pointerId));
}
