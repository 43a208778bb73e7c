// How rounds, traffic, stops and vans are drawn on top of the streets.

import { FIRST_LABEL, FONT_BOLD, streetWidth } from "../shared/map_style.js";
import { theme } from "../shared/theme.js";
import { drawIcons } from "./map_icons.js";

export const SOURCES = {
  traffic: "day-traffic",
  rounds: "day-rounds",
  places: "day-places",
  stops: "day-stops",
  draft: "day-draft",
  vans: "day-vans",
};
/** Layers a click can meet. */
export const LAYERS = { van: "van", stop: "stop", done: "stop-done" };

const HOVERED = "street-hovered";
const NOTHING = ["==", ["id"], -1];

export function addLayers(map) {
  drawIcons(map, theme.peek());
  const c = theme.peek() === "dark" ? DARK : LIGHT;
  for (const layer of below(c)) map.addLayer(layer, FIRST_LABEL);
  for (const layer of above(c)) map.addLayer(layer);
}

const LIGHT = { surface: "#ffffff", ink: "#131c24", done: "#7d8a95", slow: "#f2a33a", jam: "#d9480f", shut: "#b00020" };
const DARK = { surface: "#10161b", ink: "#e8eef3", done: "#7f8d99", slow: "#c98a2e", jam: "#f2703a", shut: "#ff5a5f" };

/** Mark the street under the pointer as the one a click would close; null for none. */
export function setHovered(map, feature) {
  if (map.getLayer(HOVERED)) map.setFilter(HOVERED, feature?.id ? ["==", ["id"], feature.id] : NOTHING);
}

function below(c) {
  const round = { "line-cap": "round", "line-join": "round" };
  const is = (kind) => ["==", ["get", "kind"], kind];
  return [
    {
      id: HOVERED,
      type: "line",
      source: "streets",
      "source-layer": "road",
      filter: NOTHING,
      layout: round,
      paint: { "line-color": c.shut, "line-opacity": 0.55, "line-width": streetWidth(3) },
    },
    {
      id: "slow",
      type: "line",
      source: SOURCES.traffic,
      filter: is("slow"),
      layout: round,
      paint: {
        "line-color": ["interpolate", ["linear"], ["get", "ratio"], 0.35, c.jam, 0.7, c.slow],
        "line-opacity": ["interpolate", ["linear"], ["get", "ratio"], 0.5, 0.85, 0.95, 0.15],
        "line-width": ["interpolate", ["exponential", 1.4], ["zoom"], 9, 0.4, 12, 1.2, 17, 6],
      },
    },
    {
      id: "jam",
      type: "line",
      source: SOURCES.traffic,
      filter: is("jam"),
      layout: round,
      paint: { "line-color": c.jam, "line-width": zoomed(12, 2, 17, 8) },
    },
    {
      id: "round-edge",
      type: "line",
      source: SOURCES.rounds,
      layout: round,
      paint: {
        "line-color": c.surface,
        "line-width": zoomed(12, 3, 17, 8),
        "line-opacity": ["case", ["get", "faint"], 0, 0.8],
      },
    },
    {
      id: "round",
      type: "line",
      source: SOURCES.rounds,
      layout: round,
      paint: {
        "line-color": ["get", "colour"],
        "line-width": zoomed(12, 1.4, 17, 4.5),
        "line-opacity": ["case", ["get", "faint"], 0.22, 0.85],
      },
    },
    {
      id: "closed-edge",
      type: "line",
      source: SOURCES.traffic,
      filter: is("closure"),
      layout: { "line-join": "round" },
      paint: { "line-color": c.surface, "line-width": zoomed(12, 5, 17, 13) },
    },
    {
      id: "closed",
      type: "line",
      source: SOURCES.traffic,
      filter: is("closure"),
      layout: { "line-join": "round" },
      paint: { "line-color": c.shut, "line-width": zoomed(12, 3, 17, 9), "line-dasharray": [1, 0.6] },
    },
  ];
}

function above(c) {
  const isDone = ["==", ["get", "status"], "done"];
  const isAlone = ["in", ["get", "status"], ["literal", ["waiting", "unserved", "failed"]]];
  const radius = (at_12, at_15, at_18) => ["interpolate", ["linear"], ["zoom"], 12, at_12, 15, at_15, 18, at_18];
  return [
    {
      id: LAYERS.done,
      type: "circle",
      source: SOURCES.stops,
      filter: isDone,
      paint: {
        "circle-radius": ["case", ["get", "chosen"], 7, 3],
        "circle-color": c.done,
        "circle-opacity": 0.75,
        "circle-stroke-color": c.surface,
        "circle-stroke-width": 1,
      },
    },
    {
      id: "place",
      type: "symbol",
      source: SOURCES.places,
      layout: {
        "icon-image": ["get", "kind"],
        "icon-allow-overlap": true,
        "icon-size": ["interpolate", ["linear"], ["zoom"], 12, 0.28, 15, 0.5],
      },
    },
    {
      id: LAYERS.stop,
      type: "circle",
      source: SOURCES.stops,
      filter: ["!", isDone],
      layout: { "circle-sort-key": ["case", ["get", "chosen"], 3, ["any", ["get", "faint"], ["get", "later"]], 0, 1] },
      paint: {
        "circle-radius": [
          "interpolate",
          ["linear"],
          ["zoom"],
          12,
          ["case", ["get", "chosen"], 7, ["get", "later"], 2, 3],
          15,
          ["case", ["get", "chosen"], 13, ["get", "later"], 4, 8.5],
          18,
          ["case", ["get", "chosen"], 17, ["get", "later"], 9, 13],
        ],
        "circle-color": ["case", isAlone, c.surface, ["get", "colour"]],
        "circle-opacity": ["case", ["get", "faint"], 0.35, 1],
        "circle-stroke-color": [
          "case",
          ["get", "chosen"],
          c.ink,
          ["==", ["get", "status"], "unserved"],
          c.shut,
          ["get", "late"],
          "#f08c00",
          isAlone,
          c.ink,
          c.surface,
        ],
        "circle-stroke-width": ["case", ["get", "chosen"], 3, ["get", "late"], 3, isAlone, 2.5, 1.5],
        "circle-stroke-opacity": ["case", ["get", "faint"], 0.35, 1],
      },
    },
    {
      id: "stop-number",
      type: "symbol",
      source: SOURCES.stops,
      filter: ["all", ["!", isDone], ["!", ["get", "later"]]],
      minzoom: 13.5,
      layout: {
        "text-field": ["get", "text"],
        "text-font": FONT_BOLD,
        "text-size": radius(7, 9.5, 13),
        "text-allow-overlap": true,
        "text-ignore-placement": true,
        "symbol-sort-key": ["case", ["get", "chosen"], 3, ["get", "faint"], 0, 1],
      },
      paint: {
        "text-color": ["case", ["==", ["get", "status"], "unserved"], c.shut, isAlone, c.ink, "#ffffff"],
        "text-opacity": ["case", ["get", "faint"], 0.3, 1],
      },
    },
    {
      id: "stop-lock",
      type: "symbol",
      source: SOURCES.stops,
      filter: ["all", ["get", "locked"], ["!", isDone]],
      minzoom: 14,
      layout: { "icon-image": "lock", "icon-size": 0.5, "icon-offset": [20, -20], "icon-allow-overlap": true },
    },
    {
      id: "draft",
      type: "circle",
      source: SOURCES.draft,
      paint: {
        "circle-radius": 10,
        "circle-color": ["match", ["get", "tool"], "close", c.shut, c.ink],
        "circle-opacity": 0.25,
        "circle-stroke-color": ["match", ["get", "tool"], "close", c.shut, c.ink],
        "circle-stroke-width": 2.5,
      },
    },
    {
      id: LAYERS.van,
      type: "symbol",
      source: SOURCES.vans,
      layout: {
        "icon-image": ["get", "icon"],
        "icon-rotate": ["get", "heading"],
        "icon-rotation-alignment": "map",
        "icon-offset": ["get", "shift"],
        "text-offset": ["get", "labelShift"],
        "icon-allow-overlap": true,
        "icon-ignore-placement": true,
        "icon-size": ["interpolate", ["linear"], ["zoom"], 12, 0.36, 15, 0.5, 18, 0.64],
        "text-field": ["get", "label"],
        "text-font": FONT_BOLD,
        "text-size": radius(8, 11, 14),
        "text-allow-overlap": true,
        "text-ignore-placement": true,
      },
      paint: { "text-color": "#ffffff" },
    },
  ];
}

function zoomed(zoom_a, a, zoom_b, b) {
  return ["interpolate", ["exponential", 1.4], ["zoom"], zoom_a, a, zoom_b, b];
}
