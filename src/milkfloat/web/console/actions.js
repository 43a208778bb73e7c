// What a dispatcher does. Every action is a request; what becomes of it comes back with the day.

import { day, followDay, Problem, setToken } from "../shared/api.js";
import { batch } from "../shared/html.js";
import {
  connection,
  draft,
  driverLink,
  filter,
  position,
  selectedOrder,
  slowStreets,
  snapshot,
  tab,
  toasts,
  tool,
} from "./state.js";

const TOAST_MS = 6_000;
// Usual traffic is known by quarters of an hour.
const TRAFFIC_S = 900;
let nextToast = 1;
let traffic = "";

/** Show the day, and keep showing it. */
export function start() {
  followDay({
    onSnapshot(value) {
      const before = snapshot.peek();
      batch(() => {
        snapshot.value = value;
        if (value.last_change && before && value.last_change.id !== before.last_change?.id) tab.value = "changes";
        if (value.last_change && !before) tab.value = "changes";
        if (position.peek()?.time > value.time + 1) position.value = null; // The day began anew.
      });
      loadTraffic(value);
    },
    onPosition(value) {
      position.value = { ...value, vans: new Map(value.vans.map((van) => [van.id, van])) };
    },
    onState(value) {
      connection.value = value;
    },
  });
}

async function loadTraffic(value) {
  const wanted = `${Math.floor(value.time / TRAFFIC_S)} ${(value.traffic ?? []).map((one) => one.id).join(" ")}`;
  if (wanted === traffic) return;
  traffic = wanted;
  try {
    slowStreets.value = (await day.traffic()).features;
  } catch (error) {
    // Colours are asked for again with the next snapshot; a lost connection says so by itself.
    traffic = "";
    if (!(error instanceof Problem)) throw error;
  }
}

export const play = () => act(day.play);
export const pause = () => act(day.pause);
export const setSpeed = (speed) => act(() => day.speed(speed));
export const replan = () => act(day.replan, "Planned again: see what changed");
export const undo = () => act(day.undo, "The last change is taken back");
export const reopen = (closure) => act(() => day.reopen(closure.id), `${closure.name || "The road"} is open again`);

export async function togglePlay() {
  await (snapshot.peek()?.playing ? pause() : play());
}

export async function closeRoad(lon, lat, until) {
  const answer = await act(() => day.close({ lon, lat, until }));
  if (answer === null) return;
  toast("good", `${answer.name || "The road"} is closed; planning again`);
  finishTool();
}

export async function addOrder(order) {
  const answer = await act(() => day.addOrders([order]));
  if (answer === null) return;
  const ids = answer.orders ?? [];
  toast("good", ids.length > 0 ? `Order ${ids.join(", ")} is in; planning again` : "The order is in; planning again");
  batch(() => {
    filter.value = "all";
    if (ids.length > 0) selectedOrder.value = ids[0];
  });
  finishTool();
}

export async function lock(order, locked) {
  await act(() => day.lock(order.id, order.van, locked), `${order.id} is ${locked ? "locked to" : "free to leave"} ${order.van}`);
}

export async function move(order, van, before) {
  await act(() => day.move(order.id, van, before), `${order.id} goes with ${van}`);
}

/** A new link to a driver's page; it can be shown only once, for only its digest is kept. */
export async function giveLink(van) {
  const answer = await act(() => day.giveLink(van));
  if (answer !== null) driverLink.value = { van, url: new URL(answer.path, location.origin).href };
}

export async function withdrawLinks(van) {
  if ((await act(() => day.withdrawLinks(van), `No link opens the page of ${van} any more`)) !== null) driverLink.value = null;
}

export function finishTool() {
  batch(() => {
    draft.value = null;
    tool.value = "select";
  });
}

export function toast(kind, text) {
  const id = nextToast++;
  toasts.value = [...toasts.peek().slice(-3), { id, kind, text }];
  setTimeout(() => dismiss(id), kind === "bad" ? 2 * TOAST_MS : TOAST_MS);
}

export function dismiss(id) {
  toasts.value = toasts.peek().filter((one) => one.id !== id);
}

/** The answer, or null when the server said no (the reader was told). */
async function act(send, done) {
  try {
    const answer = (await send()) ?? {};
    if (done) toast("good", done);
    return answer;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.status === 401 && askToken()) return act(send, done);
    toast("bad", error.message);
    return null;
  }
}

function askToken() {
  const token = prompt("This server asks for its token before anything is changed:");
  if (token) setToken(token.trim());
  return Boolean(token);
}
