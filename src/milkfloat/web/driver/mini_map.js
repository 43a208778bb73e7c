// A small map: the van, the way to the next stop, and the stop. A tap on "Navigate" is for everything more.

import { effect, html, useEffect, useRef } from "../shared/html.js";
import { featureSource, lineString, makeMap, point, setFeatures } from "../shared/map.js";
import { loadWorker } from "../shared/maplibre.js";
import { FIRST_LABEL } from "../shared/map_style.js";
import { theme } from "../shared/theme.js";
import { ahead, round } from "./state.js";

const COLOUR = "#1f6fd6";
const PADDING = { top: 46, right: 46, bottom: 46, left: 46 };

export function MiniMap({ stop }) {
  const box = useRef(null);
  useEffect(() => {
    let end = null;
    let isGone = false;
    loadWorker().then(() => {
      if (!isGone) end = connect(box.current);
    });
    return () => {
      isGone = true;
      end?.();
    };
  }, []);
  return html`<div class="mini-map" ref=${box} role="img" aria-label=${`Map of the way to ${stop.address || stop.name}`}></div>`;
}

function connect(box) {
  const { bbox, attribution } = round.peek();
  const map = makeMap(box, { bbox, attribution, padding: 8, interactive: false, onStyle });
  let isReady = false;
  let framed = "";
  box.dataset.state = "loading";
  map.on("idle", () => {
    box.dataset.state = "drawn";
  });

  function onStyle() {
    featureSource(map, "way");
    featureSource(map, "marks");
    const layout = { "line-cap": "round", "line-join": "round" };
    const edge = theme.peek() === "dark" ? "#10161b" : "#ffffff";
    map.addLayer({ id: "way-edge", type: "line", source: "way", layout, paint: { "line-color": edge, "line-width": 9 } }, FIRST_LABEL);
    map.addLayer({ id: "way", type: "line", source: "way", layout, paint: { "line-color": COLOUR, "line-width": 5 } }, FIRST_LABEL);
    map.addLayer({
      id: "marks",
      type: "circle",
      source: "marks",
      paint: {
        "circle-radius": ["match", ["get", "kind"], "van", 7, 9],
        "circle-color": ["match", ["get", "kind"], "van", COLOUR, "#c01c28"],
        "circle-stroke-color": "#ffffff",
        "circle-stroke-width": 3,
      },
    });
    isReady = true;
    draw();
  }

  function draw() {
    const { van } = round.value;
    const [stop] = ahead.value;
    if (!isReady || !stop) return;
    const way = wayTo(van, stop);
    setFeatures(map, "way", way.length > 1 ? [lineString(way, {})] : []);
    setFeatures(map, "marks", [
      point(stop.lon, stop.lat, { kind: "stop" }),
      point(van.lon, van.lat, { kind: "van" }),
    ]);
    // The picture moves when there is another stop or the van has come nearer, not with every metre.
    const frame = `${stop.id} ${stop.kind} ${way.length >> 3}`;
    if (frame === framed) return;
    map.fitBounds(boundsOf([[van.lon, van.lat], [stop.lon, stop.lat], ...way]), {
      padding: PADDING,
      maxZoom: 16.4,
      animate: framed !== "",
    });
    framed = frame;
  }

  const stopDrawing = effect(draw);
  return () => {
    stopDrawing();
    map.remove();
  };
}

/** The part of the van's line up to where it passes closest to the stop, as far as it goes the first time. */
function wayTo(van, stop) {
  const line = van.way ?? van.line ?? [];
  let best = 0;
  let least = Infinity;
  for (let k = 0; k < line.length; k += 1) {
    const off = Math.hypot((line[k][0] - stop.lon) * Math.cos((stop.lat * Math.PI) / 180), line[k][1] - stop.lat);
    if (off < least) [best, least] = [k, off];
    else if (least < 0.0004 && off > 4 * least + 0.0008) break;
  }
  return line.slice(0, best + 1);
}

function boundsOf(places) {
  const lons = places.map(([lon]) => lon);
  const lats = places.map(([, lat]) => lat);
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}
