// The live map: streets, traffic, rounds, stops and vans; and the place where a dispatcher points at things.

import { effect, html, useEffect, useRef } from "../shared/html.js";
import { featureSource, makeMap, setFeatures } from "../shared/map.js";
import { Icon } from "../shared/icons.js";
import { reopen } from "./actions.js";
import { DraftForm } from "./draft_form.js";
import { addLayers, LAYERS, setHovered, SOURCES } from "./map_layers.js";
import * as features from "./map_features.js";
import { Motion } from "./motion.js";
import {
  draft,
  isTrafficShown,
  selectedOrder,
  selectedVan,
  selectOnMap,
  slowStreets,
  snapshot,
  tool,
  vans,
} from "./state.js";
import { Toolbar } from "./toolbar.js";

const STREETS = ["street", "main", "street-casing", "main-casing"];
// The buttons lie over the upper edge.
const PADDING = { top: 62, right: 12, bottom: 22, left: 12 };
// A finger or a pointer rarely meets a street of three pixels.
const REACH_PX = 8;

export function MapView() {
  const box = useRef(null);
  const held = useRef(null);
  useEffect(() => {
    held.current = connect(box.current);
    return () => held.current.end();
  }, []);
  return html`<section class="map-area" data-tool=${tool.value} aria-label="Map">
    <div class="map" ref=${box}></div>
    <${Toolbar} onFit=${() => held.current?.fit()} />
    <${Hint} onUse=${() => held.current?.useMiddle()} />
    <${Legend} />
    <${DraftForm} />
  </section>`;
}

/** What the chosen tool waits for; with a keyboard the middle of the map is the pointer. */
function Hint({ onUse }) {
  if (tool.value === "select" || draft.value !== null) return null;
  const what = tool.value === "close" ? "Click the street to close" : "Click where the order goes";
  return html`<div class="hint" role="status">
    <span>${what}, or move the map with the arrow keys and</span>
    <button class="button" onClick=${onUse}>use its middle</button>
    <span class="muted">Esc ends</span>
  </div>`;
}

/** Roads that are closed, each with the way to open it; chargers that failed; what the colours mean. */
function Legend() {
  const { traffic = [], depots, chargers } = snapshot.value;
  const closed = traffic.filter((one) => one.kind === "closure");
  const failed = [
    ...depots.filter(({ charging }) => charging === "failed").map(({ name, id }) => name || id),
    ...chargers.filter(({ status }) => status === "failed").map(({ id }) => id),
  ];
  return html`<div class="legend">
    ${closed.map(
      (one) =>
        html`<div key=${one.id} class="closed-road">
          <${Icon} name="closed" /> <span>${one.text || one.name || "Road closed"}</span>
          <button class="button quiet" onClick=${() => reopen(one)}>Open again</button>
        </div>`,
    )}
    ${failed.map(
      (name) => html`<p key=${name} class="failed-charger"><${Icon} name="bolt" /> No charging at ${name}</p>`,
    )}
    ${isTrafficShown.value &&
    html`<p class="traffic-key"><span class="slow"></span> slow <span class="jam"></span> jam <span class="shut"></span> closed</p>`}
  </div>`;
}

/** A map in a box, drawn from the state until `end` is called. */
function connect(box) {
  const { bbox, attribution } = snapshot.peek();
  let isReady = false;
  const map = makeMap(box, { bbox, bounds: features.boxOf(snapshot.peek()), attribution, padding: PADDING, onStyle });
  const motion = new Motion((moving) => setFeatures(map, SOURCES.vans, features.vans(moving)));
  const stops = [];

  // Vans move all the time, so the map is never idle: whoever waits for the streets looks at this.
  box.dataset.state = "loading";
  map.on("render", () => {
    if (box.dataset.state === "loading" && map.getSource("streets") && map.isSourceLoaded("streets")) {
      box.dataset.state = "drawn";
    }
  });

  function onStyle() {
    for (const id of Object.values(SOURCES)) featureSource(map, id);
    addLayers(map);
    isReady = true;
    paint();
  }

  function paint() {
    drawStops();
    drawRounds();
    drawTraffic();
    motion.redraw();
  }

  const drawStops = () => {
    const drawn = features.stops(snapshot.value, selectedVan.value, selectedOrder.value);
    if (isReady) setFeatures(map, SOURCES.stops, drawn);
  };
  const drawRounds = () => {
    const drawn = features.rounds(snapshot.value, selectedVan.value);
    const places = features.places(snapshot.value);
    if (isReady) setFeatures(map, SOURCES.rounds, drawn);
    if (isReady) setFeatures(map, SOURCES.places, places);
  };
  const drawTraffic = () => {
    const drawn = isTrafficShown.value ? features.traffic(snapshot.value, slowStreets.value) : [];
    if (isReady) setFeatures(map, SOURCES.traffic, drawn);
  };
  const drawDraft = () => {
    const place = draft.value;
    if (isReady) setFeatures(map, SOURCES.draft, place ? [features.pointer(place)] : []);
  };
  const follow = () => motion.follow(vans.value);
  const showOrder = () => {
    const order = snapshot.peek().orders.find(({ id }) => id === selectedOrder.value);
    if (order && !map.getBounds().contains([order.lon, order.lat])) map.easeTo({ center: [order.lon, order.lat] });
  };
  for (const draw of [drawStops, drawRounds, drawTraffic, drawDraft, follow, showOrder]) stops.push(effect(draw));

  const near = ({ x, y }) => [
    [x - REACH_PX, y - REACH_PX],
    [x + REACH_PX, y + REACH_PX],
  ];
  const streetAt = (at) => map.queryRenderedFeatures(near(at), { layers: STREETS.filter((id) => map.getLayer(id)) })[0];

  map.on("click", (event) => {
    if (tool.peek() === "select") {
      const [hit] = map.queryRenderedFeatures(near(event.point), { layers: [LAYERS.van, LAYERS.stop, LAYERS.done] });
      selectOnMap(hit?.properties ?? null);
      return;
    }
    place(event.lngLat, event.point);
  });
  map.on("mousemove", (event) => {
    const choosing = tool.peek();
    const street = choosing === "close" ? streetAt(event.point) : null;
    setHovered(map, street);
    map.getCanvas().title = street?.properties.name ?? "";
    const over = choosing === "select" && map.queryRenderedFeatures(near(event.point), { layers: [LAYERS.van, LAYERS.stop] });
    map.getCanvas().style.cursor = choosing !== "select" ? "crosshair" : over.length > 0 ? "pointer" : "";
  });
  map.getCanvas().addEventListener("keydown", (event) => {
    if (event.key === "Enter" && tool.peek() !== "select") useMiddle();
  });
  stops.push(
    effect(() => {
      if (tool.value !== "close" && isReady) setHovered(map, null);
    }),
  );

  function place({ lng, lat }, at) {
    const name = streetAt(at)?.properties.name ?? "";
    draft.value = { tool: tool.peek(), lon: lng, lat, name };
  }

  function useMiddle() {
    const middle = map.getCenter();
    place(middle, map.project(middle));
  }

  return {
    useMiddle,
    fit: () => map.fitBounds(features.boxOf(snapshot.peek()), { padding: PADDING }),
    end() {
      for (const stop of stops) stop();
      motion.stop();
      map.remove();
    },
  };
}
