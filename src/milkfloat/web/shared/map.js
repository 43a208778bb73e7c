// A MapLibre map as all pages want it: local tiles, local letters, no rotation, the attribution in view.

import maplibregl from "./maplibre.js";
import { mapStyle } from "./map_style.js";
import { effect } from "./html.js";
import { theme } from "./theme.js";

/**
 * A map in `container` of `bbox` ([west, south, east, north], degrees), first showing `bounds` of it.
 *
 * `onStyle(map)` adds the page's own sources and layers; it is called at the start and whenever the theme changed,
 * for a new style knows nothing of what was added to the old one.
 */
export function makeMap(container, { bbox, bounds = bbox, attribution, padding = 24, interactive = true, onStyle }) {
  const map = new maplibregl.Map({
    container,
    style: mapStyle(theme.peek(), attribution),
    bounds,
    fitBoundsOptions: { padding },
    maxBounds: wider(bbox, 1.5),
    maxZoom: 19.5,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    attributionControl: false,
    interactive,
    fadeDuration: 120,
  });
  map.touchZoomRotate?.disableRotation();
  map.keyboard?.disableRotation();
  map.addControl(new maplibregl.AttributionControl({ compact: false }), "bottom-right");
  let shown = theme.peek();
  const stop = effect(() => {
    if (theme.value !== shown) {
      shown = theme.value;
      map.setStyle(mapStyle(shown, attribution), { diff: false });
    }
  });
  // A tile that cannot be had leaves its place empty until it can; the page says when there is no network.
  map.on("error", (event) => {
    if (!event.sourceId && !event.tile) console.error(event.error);
  });
  map.on("style.load", () => onStyle(map));
  map.on("remove", stop);
  return map;
}

/** A source of GeoJSON features that `setFeatures` fills. */
export function featureSource(map, id, options = {}) {
  if (!map.getSource(id)) {
    map.addSource(id, { type: "geojson", data: { type: "FeatureCollection", features: [] }, ...options });
  }
}

/** Fill a source made by `featureSource`; nothing happens while the style is not there. */
export function setFeatures(map, id, features) {
  map.getSource(id)?.setData({ type: "FeatureCollection", features });
}

export function point(lon, lat, properties, id) {
  return { type: "Feature", id, geometry: { type: "Point", coordinates: [lon, lat] }, properties };
}

export function lineString(coordinates, properties) {
  return { type: "Feature", geometry: { type: "LineString", coordinates }, properties };
}

function wider([west, south, east, north], share) {
  const x = (east - west) * share;
  const y = (north - south) * share;
  return [west - x, Math.max(south - y, -85), east + x, Math.min(north + y, 85)];
}
