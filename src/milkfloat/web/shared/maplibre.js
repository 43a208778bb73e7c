// MapLibre GL with its worker found beside it.

import * as maplibregl from "../vendor/maplibre-gl.mjs";

maplibregl.setWorkerUrl(new URL("../vendor/maplibre-gl-worker.mjs", import.meta.url).href);

export default maplibregl;
