// How the streets look: a quiet background in two themes, so that vans, stops and traffic stand out.
//
// Layers and properties of the tiles are those of src/milkfloat/roads/tile_tags.py. No `glyphs` address is given:
// MapLibre then draws letters with the fonts of the page.

import { TILES } from "./api.js";

export const FONT = ["Inter Variable"];
export const FONT_BOLD = ["Inter Variable Bold", "Inter Variable"];
// The tiles end here (ZOOM_MAX of src/milkfloat/roads/tiles.py); closer views stretch them.
const TILE_ZOOM = 16;

const COLOURS = {
  light: {
    land: "#eef0ee",
    residential: "#e9ebe8",
    special: "#e6e6e2",
    square: "#f3f2ee",
    park: "#d3e5cd",
    wood: "#c5dcc0",
    pitch: "#c9e3d0",
    beach: "#f0e8cf",
    water: "#b4d3e6",
    building: "#dee1e2",
    buildingLine: "#cfd4d6",
    casing: "#cdd3d7",
    road: "#ffffff",
    main: "#fff7e3",
    mainCasing: "#d9c9a4",
    path: "#c4c9c6",
    rail: "#b3babf",
    label: "#4a555e",
    halo: "#ffffff",
    waterLabel: "#3d6f93",
    parkLabel: "#41683c",
  },
  dark: {
    land: "#12181d",
    residential: "#141b21",
    special: "#171e24",
    square: "#1a2127",
    park: "#16281d",
    wood: "#14261b",
    pitch: "#183025",
    beach: "#2a281c",
    water: "#0d2538",
    building: "#1c252c",
    buildingLine: "#263139",
    casing: "#0c1114",
    road: "#33404b",
    main: "#46515a",
    mainCasing: "#0c1114",
    path: "#2b3640",
    rail: "#3c4852",
    label: "#a8b4be",
    halo: "#10161b",
    waterLabel: "#6fa3c9",
    parkLabel: "#7fa883",
  },
};

const MAIN = ["motorway", "trunk", "primary", "secondary"];
const STREETS = ["tertiary", "unclassified", "residential", "living_street", "service", "pedestrian", "track"];

/** The style for a theme ("light" or "dark"). */
export function mapStyle(theme, attribution) {
  const c = COLOURS[theme];
  return {
    version: 8,
    sources: {
      streets: { type: "vector", tiles: [TILES], minzoom: 4, maxzoom: TILE_ZOOM, attribution },
    },
    layers: [
      { id: "land", type: "background", paint: { "background-color": c.land } },
      fill("landuse", "landuse", [
        "match",
        ["get", "class"],
        ["residential"],
        c.residential,
        ["square"],
        c.square,
        ["industrial", "railway", "commercial", "parking"],
        c.special,
        c.residential,
      ]),
      fill("green", "green", [
        "match",
        ["get", "class"],
        ["wood"],
        c.wood,
        ["pitch"],
        c.pitch,
        ["beach"],
        c.beach,
        c.park,
      ]),
      fill("water", "water", c.water),
      line("waterway", "waterway", { "line-color": c.water, "line-width": zoomed(10, 1, 16, 5) }),
      {
        ...fill("building", "building", c.building),
        minzoom: 13,
        paint: { "fill-color": c.building, "fill-outline-color": c.buildingLine },
      },
      line(
        "path",
        "road",
        { "line-color": c.path, "line-width": zoomed(14, 0.6, 18, 2), "line-dasharray": [2, 1.5] },
        ["in", ["get", "class"], ["literal", ["path", "steps"]]],
      ),
      line("rail", "road", { "line-color": c.rail, "line-width": zoomed(12, 0.5, 17, 1.6) }, [
        "in",
        ["get", "class"],
        ["literal", ["rail", "tram"]],
      ]),
      street("street-casing", c.casing, 2, STREETS),
      street("main-casing", c.mainCasing, 2.5, MAIN),
      street("street", c.road, 0, STREETS),
      street("main", c.main, 0, MAIN),
      ...labels(c),
    ],
  };
}

/** Layers of `mapStyle` that belong on top of lines the pages add: pages insert those before the first of them. */
export const FIRST_LABEL = "label-street";

/** Width of a street in pixels by zoom and class, plus `more`. */
export function streetWidth(more) {
  const width = (share) => [
    "+",
    more,
    [
      "*",
      share,
      [
        "match",
        ["get", "class"],
        ["motorway", "trunk", "primary"],
        1.5,
        ["secondary"],
        1.3,
        ["tertiary"],
        1.15,
        ["service", "pedestrian", "track"],
        0.55,
        1,
      ],
    ],
  ];
  return [
    "interpolate",
    ["exponential", 1.6],
    ["zoom"],
    // Far away edges would be wider than streets.
    9,
    ["*", 0.3, width(0.8)],
    13,
    width(2),
    14,
    width(3),
    16,
    width(8),
    19,
    width(34),
  ];
}

function fill(id, layer, colour) {
  return { id, type: "fill", source: "streets", "source-layer": layer, paint: { "fill-color": colour } };
}

function line(id, layer, paint, filter) {
  const layout = { "line-cap": "round", "line-join": "round" };
  const base = { id, type: "line", source: "streets", "source-layer": layer, layout, paint };
  return filter ? { ...base, filter } : base;
}

function street(id, colour, more, classes) {
  return line(id, "road", { "line-color": colour, "line-width": streetWidth(more) }, [
    "in",
    ["get", "class"],
    ["literal", classes],
  ]);
}

function labels(c) {
  const text = (id, layer, layout, colour, filter, minzoom) => ({
    id,
    type: "symbol",
    source: "streets",
    "source-layer": layer,
    minzoom,
    filter,
    layout: { "text-field": ["get", "name"], "text-font": FONT, "text-size": 11, ...layout },
    paint: { "text-color": colour, "text-halo-color": c.halo, "text-halo-width": 1.4 },
  });
  return [
    text(
      FIRST_LABEL,
      "road",
      {
        "symbol-placement": "line",
        "text-size": zoomed(13, 9.5, 18, 14),
        "text-max-angle": 35,
        "symbol-spacing": 320,
      },
      c.label,
      ["all", ["has", "name"], ["in", ["get", "class"], ["literal", [...MAIN, ...STREETS]]]],
      13,
    ),
    text(
      "label-water",
      "water",
      { "text-max-width": 6, "text-font": ["Inter Variable Italic", "Inter Variable"] },
      c.waterLabel,
      ["has", "name"],
      12,
    ),
    text(
      "label-green",
      "green",
      { "text-max-width": 7, "text-size": 10.5 },
      c.parkLabel,
      ["all", ["has", "name"], ["==", ["get", "class"], "park"]],
      14,
    ),
    text(
      "label-place",
      "place",
      { "text-size": zoomed(8, 11, 15, 15), "text-font": FONT_BOLD, "text-max-width": 7 },
      c.label,
      ["!", ["in", ["get", "class"], ["literal", ["neighbourhood", "hamlet"]]]],
      4,
    ),
  ];
}

function zoomed(zoom_a, a, zoom_b, b) {
  return ["interpolate", ["linear"], ["zoom"], zoom_a, a, zoom_b, b];
}
