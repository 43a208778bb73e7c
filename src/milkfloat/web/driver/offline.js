// The service worker of the driver's page: what was loaded once can be opened again without network. The page puts what it
// used before this worker was there into the same cache (main.js).
//
// The network comes first, so a page is never older than it must be. What the API says is not kept here: the page keeps
// its last round itself, and knows how old it is.

const CACHE = "milkfloat-driver";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method === "GET" && origin === self.location.origin && !pathname.startsWith("/v1/")) {
    event.respondWith(networkFirst(event.request));
  }
});

async function networkFirst(request) {
  const cache = await caches.open(CACHE);
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put(request, response.clone());
    return response;
  } catch (error) {
    const kept = await cache.match(request);
    if (kept) return kept;
    throw error;
  }
}
