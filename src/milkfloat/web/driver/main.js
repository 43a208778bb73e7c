// The driver's page: the address holds the driver's token.

import { html, render } from "../shared/html.js";
import { Page } from "./page.js";
import { start } from "./state.js";

render(html`<${Page} />`, document.getElementById("driver"));
start();
keepForLater();

/** Have the page open without network, as it was. Browsers refuse that on insecure addresses; all else works there. */
async function keepForLater() {
  if (!navigator.serviceWorker) return;
  try {
    await navigator.serviceWorker.register("/drive/offline.js");
    await navigator.serviceWorker.ready;
    const used = performance.getEntriesByType("resource").map(({ name }) => name);
    const files = used.filter((url) => url.startsWith(location.origin) && !url.includes("/v1/"));
    const cache = await caches.open("milkfloat-driver");
    await cache.addAll([...new Set([location.href, ...files])]);
  } catch {
    // No network in the middle of it, or no room: the next visit tries again.
  }
}
