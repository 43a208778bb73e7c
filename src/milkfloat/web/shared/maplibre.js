// MapLibre GL with its worker found beside it.

import * as maplibregl from "../vendor/maplibre-gl.mjs";

const WORKER = new URL("../vendor/maplibre-gl-worker.mjs", import.meta.url).href;
let loading = null;

maplibregl.setWorkerUrl(WORKER);

/**
 * Have the page load the worker's script, and start workers from what it loaded.
 *
 * A service worker answers for the scripts of workers only where they lie in its folder, but for everything its page
 * loads: this way a map opens without network too.
 */
export function loadWorker() {
  loading ??= fetch(WORKER)
    .then((response) => response.blob())
    .then((script) => maplibregl.setWorkerUrl(URL.createObjectURL(script)))
    .catch(() => {
      loading = null;
    });
  return loading;
}

export default maplibregl;
