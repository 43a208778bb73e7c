// Everything the pages ask the server, and the only module that spells its addresses.

const TOKEN_KEY = "milkfloat.token";
// A stream that has said nothing for this long is taken for broken: the server sends something every second.
const SILENCE_MS = 12_000;

/** What the server said no with (RFC 9457), or `status` 0 when it did not answer at all. */
export class Problem extends Error {
  constructor(status, title, detail, faults = []) {
    super(detail || title);
    this.status = status;
    this.title = title;
    this.faults = faults;
  }
}

export const day = {
  get: () => request("GET", "/v1/day"),
  traffic: () => request("GET", "/v1/day/traffic"),
  play: () => request("POST", "/v1/day/play"),
  pause: () => request("POST", "/v1/day/pause"),
  speed: (speed) => request("POST", "/v1/day/speed", { speed }),
  addOrders: (orders) => request("POST", "/v1/day/orders", { orders }),
  close: (closure) => request("POST", "/v1/day/closures", closure),
  reopen: (id) => request("DELETE", `/v1/day/closures/${encodeURIComponent(id)}`),
  lock: (order, van, locked) => request("POST", "/v1/day/lock", { order, van, locked }),
  move: (order, van, before) => request("POST", "/v1/day/move", { order, van, before }),
  replan: () => request("POST", "/v1/day/replan", {}),
  undo: () => request("POST", "/v1/day/undo", {}),
  giveLink: (van) => request("POST", "/v1/day/drivers", { van }),
  withdrawLinks: (van) => request("DELETE", `/v1/day/drivers/${encodeURIComponent(van)}`),
};

/**
 * Follow the day: `onSnapshot` and `onPosition` are called with what the server sends, `onState` with "live", "lost" or
 * "empty" (the server answers, and no day runs). Returns a function that ends it.
 */
export function followDay({ onSnapshot, onPosition, onState }) {
  let source = null;
  let timer = 0;
  let retry_ms = 1000;

  function heard() {
    retry_ms = 1000;
    onState("live");
    clearTimeout(timer);
    timer = setTimeout(broken, SILENCE_MS);
  }

  // A browser gives up on a stream after some errors (a proxy's 502, a server that starts again): a new one is opened,
  // and begins with a snapshot, so nothing is missed.
  function broken() {
    onState("lost");
    source.close();
    clearTimeout(timer);
    timer = setTimeout(open, retry_ms);
    retry_ms = Math.min(2 * retry_ms, 10_000);
    // A stream does not say why it broke; an ordinary question does.
    day.get().catch((problem) => {
      if (problem.status === 404) onState("empty");
    });
  }

  function open() {
    source = new EventSource("/v1/day/events");
    source.addEventListener("open", heard);
    source.addEventListener("error", broken);
    source.addEventListener("snapshot", (event) => {
      heard();
      onSnapshot(JSON.parse(event.data));
    });
    source.addEventListener("position", (event) => {
      heard();
      onPosition(JSON.parse(event.data));
    });
  }

  open();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}

/** One driver's page, by the token of its address. */
export function drive(token) {
  const address = `/v1/drive/${encodeURIComponent(token)}`;
  return {
    get: () => request("GET", address),
    tap: (tap) => request("POST", `${address}/taps`, tap),
  };
}

/** Addresses of vector tiles. */
export const TILES = `${location.origin}/tiles/{z}/{x}/{y}.mvt`;

/** The token that writing asks for where the server is open to other machines; kept for this browser session. */
export function setToken(token) {
  sessionStorage.setItem(TOKEN_KEY, token);
}

async function request(method, address, body) {
  const headers = { Accept: "application/json" };
  const token = sessionStorage.getItem(TOKEN_KEY);
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(address, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch {
    throw new Problem(0, "No connection", "The server does not answer.");
  }
  const isJson = /\bjson\b/.test(response.headers.get("Content-Type") ?? "");
  const answer = isJson ? await response.json() : null;
  if (!response.ok) {
    const faults = (answer?.faults ?? answer?.errors ?? []).map((fault) => fault.message ?? String(fault));
    throw new Problem(response.status, answer?.title ?? response.statusText, answer?.detail ?? faults.join("; "), faults);
  }
  return answer;
}
