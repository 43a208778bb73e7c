// The day as features of a map: what is where, in which colour, under which number.

import { lineString, point } from "../shared/map.js";
import { vanColour } from "../shared/van_colours.js";
import { isCustomer, isLate, isOpen } from "./state.js";

// Vans that stand at one place, side by side.
const IN_ROW = 5;

/** The box of everything the day goes to: [west, south, east, north]. */
export function boxOf(day) {
  const found = [...day.orders, ...day.orders.map(({ pickup }) => pickup).filter(Boolean), ...day.depots, ...day.chargers];
  if (found.length === 0) return day.bbox;
  const lons = found.map(({ lon }) => lon);
  const lats = found.map(({ lat }) => lat);
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}

/** Orders as circles with the number they have in their van's round; open ones above those that are done. */
export function stops(day, chosenVan, chosenOrder) {
  const colours = new Map(day.vans.map((van, index) => [van.id, vanColour(index)]));
  const found = [];
  const numbers = new Map();
  for (const van of day.vans) {
    let number = 0;
    let isLater = false;
    for (const stop of van.stops) {
      // What is loaded at the next call at the depot is not on the road yet.
      if (stop.kind === "reload" && !stop.done) isLater = true;
      if (!isCustomer(stop)) continue;
      number += 1;
      numbers.set(`${stop.kind} ${stop.id}`, { number, stop, isLater });
    }
  }
  for (const order of day.orders) {
    const last = numbers.get(`delivery ${order.id}`) ?? numbers.get(`pickup ${order.id}`);
    const properties = {
      order: order.id,
      van: order.van ?? "",
      status: order.status,
      colour: colours.get(order.van) ?? "",
      late: isOpen(order) && isLate(order),
      locked: Boolean(order.locked),
      chosen: order.id === chosenOrder,
      later: Boolean(last?.isLater) && order.id !== chosenOrder && order.van !== chosenVan,
      faint: chosenVan !== null && order.van !== chosenVan && order.status !== "unserved",
    };
    const text = order.status === "unserved" ? "!" : (last?.number ?? "?");
    found.push(point(order.lon, order.lat, { ...properties, text: String(text) }));
    if (order.pickup) {
      const first = numbers.get(`pickup ${order.id}`);
      const status = first?.stop.done ? "done" : order.status;
      found.push(point(order.pickup.lon, order.pickup.lat, { ...properties, status, text: String(first?.number ?? "?") }));
    }
  }
  return found;
}

/** What each van still drives. */
export function rounds(day, chosenVan) {
  return day.vans
    .map((van, index) =>
      lineString(van.line, { van: van.id, colour: vanColour(index), faint: chosenVan !== null && van.id !== chosenVan }),
    )
    .filter(({ geometry }) => geometry.coordinates.length > 1);
}

/** Depots and chargers. */
export function places(day) {
  return [
    ...day.depots.map(({ lon, lat, name, charging }) =>
      point(lon, lat, { kind: charging === "failed" ? "depot-failed" : "depot", name: name ?? "" }),
    ),
    ...day.chargers.map(({ lon, lat, id, status }) =>
      point(lon, lat, { kind: status === "failed" ? "charger-failed" : "charger", name: id }),
    ),
  ];
}

/** Slow streets by how slow they are; jams and closures above them. */
export function traffic(day, slow) {
  const events = (day.traffic ?? []).flatMap(({ lines, kind, name, factor }) =>
    lines.map((coordinates) => lineString(coordinates, { kind, name: name ?? "", ratio: factor ?? 0 })),
  );
  return [...slow.map((feature) => ({ ...feature, properties: { ...feature.properties, kind: "slow" } })), ...events];
}

/** Vans where they are at this moment; those that stand at one place stand in rows there. */
export function vans(moving) {
  const rows = new Map();
  return moving.map(({ id, lon, lat, heading, colour, status }) => {
    const isDriving = status === "driving";
    const place = `${lon.toFixed(4)} ${lat.toFixed(4)}`;
    const row = isDriving ? 0 : (rows.get(place) ?? 0);
    if (!isDriving) rows.set(place, row + 1);
    return point(lon, lat, {
      van: id,
      heading: isDriving ? Math.round(heading) : 0,
      icon: `${isDriving ? "van" : "parked"} ${colour}`,
      // In pictures of `map_icons.js`, and in letters of the label.
      shift: [(row % IN_ROW) * 48, Math.floor(row / IN_ROW) * 48],
      labelShift: [(row % IN_ROW) * 2.2, Math.floor(row / IN_ROW) * 2.2],
      label: label(id),
    });
  });
}

/** The place a tool was used at. */
export function pointer({ lon, lat, tool }) {
  return point(lon, lat, { tool });
}

/** What fits on a van: its number if it has one. */
function label(id) {
  return /\d+$/.exec(id)?.[0] ?? id.slice(0, 3);
}
