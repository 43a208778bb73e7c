// The keyboard: one letter per tool, as the titles of the buttons say.

import { replan, togglePlay, undo } from "./actions.js";
import { batch } from "../shared/html.js";
import { draft, isTrafficShown, part, selectedOrder, selectedVan, snapshot, tool } from "./state.js";

const KEYS = {
  " ": togglePlay,
  v: () => choose("select"),
  c: () => choose("close"),
  a: () => choose("add"),
  r: replan,
  u: undo,
  t: () => {
    isTrafficShown.value = !isTrafficShown.peek();
  },
  "/": () => {
    part.value = "orders";
    document.getElementById("search")?.focus();
  },
  Escape: leave,
};

export function choose(name) {
  batch(() => {
    tool.value = name;
    draft.value = null;
  });
}

/** Listen until the returned function is called. */
export function listenToKeys() {
  document.addEventListener("keydown", pressed);
  return () => document.removeEventListener("keydown", pressed);
}

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || snapshot.peek() === null) return;
  const isTyping = event.target.matches?.("input, textarea, select");
  if (isTyping && event.key !== "Escape") return;
  // A space on a button presses the button.
  if (event.key === " " && event.target.matches?.("button, a, [role=button]")) return;
  const action = KEYS[event.key];
  if (!action) return;
  event.preventDefault();
  action();
}

function leave() {
  batch(() => {
    if (draft.peek() !== null) draft.value = null;
    else if (tool.peek() !== "select") tool.value = "select";
    else {
      selectedOrder.value = null;
      selectedVan.value = null;
    }
  });
}
