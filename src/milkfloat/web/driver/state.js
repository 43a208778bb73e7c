// What the driver's page knows: the round as the server last told it, and what was tapped since.

import { drive, Problem } from "../shared/api.js";
import { computed, signal } from "../shared/html.js";
import { Outbox } from "./outbox.js";

const EVERY_MS = 3_000;

const token = location.pathname.split("/").filter(Boolean).at(-1);
const door = drive(token);
const ROUND_KEY = `milkfloat.round.${token}`;
const SEEN_KEY = `milkfloat.seen.${token}`;

/** The round: see GET /v1/drive/{token}. The last one known, where the network is away. */
export const round = signal(kept(ROUND_KEY));
/** "connecting", "live", "lost" or "invalid" (the link is not, or no longer, good). */
export const connection = signal("connecting");
/** Id of the last change of the plan that the driver has confirmed to have seen. */
export const seenChange = signal(kept(SEEN_KEY));
/** The stop whose problem is being reported; null for none. */
export const reporting = signal(null);
/** The tap that can still be taken back: {key, text}; null for none. */
export const lastTap = signal(null);

export const outbox = new Outbox(token, async (tap) => {
  await door.tap(tap);
  refresh();
});

/** Stops ahead, without those whose end was tapped and not yet heard by the server. */
export const ahead = computed(() => {
  const tapped = new Set(outbox.waiting.value.filter(({ kind }) => kind !== "arrived").map(({ order }) => order));
  return (round.value?.stops ?? []).filter((stop) => !stop.done && !(isCustomer(stop) && tapped.has(stop.id)));
});

/** The change of the plan that the driver has not yet confirmed; null for none. */
export const news = computed(() => {
  const change = round.value?.change;
  return change && change.moves.length > 0 && change.id !== seenChange.value ? change : null;
});

export function isCustomer(stop) {
  return stop.kind === "delivery" || stop.kind === "pickup";
}

export function confirmChange() {
  seenChange.value = round.peek()?.change?.id ?? null;
  keep(SEEN_KEY, seenChange.peek());
}

/** Tap: "done" or "issue" at a stop. */
export function tap(kind, stop, text = "") {
  const key = outbox.add(kind, stop.id, text);
  const what = kind === "done" ? "done" : `reported: ${text}`;
  lastTap.value = { key, text: `${stop.address || stop.name} ${what}` };
}

export function takeBack() {
  outbox.remove(lastTap.peek().key);
  lastTap.value = null;
}

/** Follow the round while the page is looked at. */
export function start() {
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) refresh();
  });
  addEventListener("online", refresh);
  refresh();
  setInterval(() => {
    if (!document.hidden) refresh();
  }, EVERY_MS);
}

async function refresh() {
  try {
    round.value = await door.get();
    connection.value = "live";
    keep(ROUND_KEY, round.peek());
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    connection.value = error.status === 404 || error.status === 410 ? "invalid" : "lost";
  }
}

function kept(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

function keep(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Full or forbidden: the page then starts empty next time.
  }
}
