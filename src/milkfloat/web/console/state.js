// What the console knows and what its reader has chosen. Values come from the server; nothing is computed into them.

import { batch, computed, signal } from "../shared/html.js";
import { vanColour } from "../shared/van_colours.js";

/** The day as the server last told it; null before the first answer. */
export const snapshot = signal(null);
/** Where the vans are: {time, playing, speed, vans: Map of id -> position}; newer than the snapshot. */
export const position = signal(null);
/** "connecting", "live", "lost" or "empty" (no day runs). */
export const connection = signal("connecting");
/** Streets slower than usual, as GeoJSON features. */
export const slowStreets = signal([]);

/** Ids of the van and the order that are looked at; null for none. */
export const selectedVan = signal(null);
export const selectedOrder = signal(null);
/** "select", "close" or "add": what a click on the map does. */
export const tool = signal("select");
/** The place a tool was used at, until its question is answered: {tool, lon, lat}; null for none. */
export const draft = signal(null);
export const isTrafficShown = signal(true);
/** "all", "open", "late" or "unserved"; and what was typed into the search field. */
export const filter = signal("all");
export const search = signal("");
/** "changes", "round" or "log". */
export const tab = signal("log");
/** Which part shows on a narrow screen: "vans", "orders" or "more". */
export const part = signal("vans");
/** The link to a driver's page that was just made: {van, url}; null for none. */
export const driverLink = signal(null);
/** Messages that go away by themselves: {id, kind, text}. */
export const toasts = signal([]);

export const zone = computed(() => snapshot.value?.timezone ?? "UTC");
/** Simulated Unix seconds. */
export const now = computed(() => position.value?.time ?? snapshot.value?.time ?? 0);
/** Whether a plan is being made. */
export const isPlanning = computed(() => Boolean(position.value?.replanning));
export const isLive = computed(() => connection.value === "live");

/** Vans of the day, each with its place in the list, colour and newest position. */
export const vans = computed(() =>
  (snapshot.value?.vans ?? []).map((van, index) => ({
    ...van,
    ...(position.value?.vans.get(van.id) ?? {}),
    colour: vanColour(index),
  })),
);
export const vanById = computed(() => new Map(vans.value.map((van) => [van.id, van])));
/** Colours change less often than positions: what only needs these listens to this. */
export const colours = computed(() => new Map((snapshot.value?.vans ?? []).map((van, k) => [van.id, vanColour(k)])));

export const orderById = computed(() => new Map((snapshot.value?.orders ?? []).map((order) => [order.id, order])));

/** Number of each stop in its van's day, by van and order: what stands in the circles on the map. */
export const stopNumbers = computed(() => {
  const numbers = new Map();
  for (const van of snapshot.value?.vans ?? []) {
    let number = 0;
    for (const stop of van.stops) {
      if (isCustomer(stop)) {
        number += 1;
        numbers.set(`${stop.kind === "pickup" ? "pickup" : "delivery"} ${stop.id}`, number);
      }
    }
  }
  return numbers;
});

/** Number of the stop that serves an order, or "" when no van does. */
export function numberOf(order) {
  const numbers = stopNumbers.value;
  return numbers.get(`delivery ${order.id}`) ?? numbers.get(`pickup ${order.id}`) ?? "";
}

export function isCustomer(stop) {
  return stop.kind === "delivery" || stop.kind === "pickup";
}

export function isOpen(order) {
  return order.status !== "done" && order.status !== "failed";
}

/** Late by more than a minute: under that, nobody was kept waiting. */
export function isLate(order) {
  return order.late_s > 60;
}

export function selectVan(id) {
  selectedVan.value = selectedVan.peek() === id ? null : id;
  if (selectedVan.peek() !== null) tab.value = "round";
}

export function selectOrder(id) {
  selectedOrder.value = id;
  const van = id === null ? null : orderById.peek().get(id)?.van;
  if (van) selectedVan.value = van;
}

/** What was clicked on the map, by its properties: a van, an order, or nothing. The order is then in the list. */
export function selectOnMap(properties) {
  batch(() => {
    if (properties?.order) {
      filter.value = "all";
      search.value = "";
      selectOrder(properties.order);
    } else if (properties?.van) {
      selectVan(properties.van);
    } else {
      selectedOrder.value = null;
      selectedVan.value = null;
    }
  });
}
