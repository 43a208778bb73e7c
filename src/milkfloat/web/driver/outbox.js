// What the driver has tapped and the server has not yet heard. It outlives a closed page and a tunnel without network.

import { Problem } from "../shared/api.js";
import { signal } from "../shared/html.js";

// For so long a tap can be taken back: it is not sent before.
export const UNDO_MS = 5_000;
const RETRY_MS = 4_000;

export class Outbox {
  /** Taps that wait, oldest first: {key, kind, order, text, at, due}. */
  waiting = signal([]);
  /** Taps the server would not take: {key, order, why}. */
  refused = signal([]);
  #name;
  #send;
  #timer = 0;
  #isSending = false;

  /** `name` tells the boxes of two drivers on one telephone apart; `send(tap)` resolves when the server has taken it. */
  constructor(name, send) {
    this.#name = `milkfloat.outbox.${name}`;
    this.#send = send;
    this.waiting.value = read(this.#name);
    addEventListener("online", () => this.flush());
    this.#later(0);
  }

  /** Keep a tap, and send it when it can no longer be taken back. */
  add(kind, order, text = "") {
    const now = Date.now();
    const at = new Date(now).toISOString();
    const tap = { key: crypto.randomUUID?.() ?? `${now}-${Math.random()}`, kind, order, text, at, due: now + UNDO_MS };
    this.#keep([...this.waiting.peek(), tap]);
    this.#later(UNDO_MS);
    return tap.key;
  }

  /** Take a tap back; false when it was sent already. */
  remove(key) {
    const rest = this.waiting.peek().filter((tap) => tap.key !== key);
    const isFound = rest.length < this.waiting.peek().length;
    this.#keep(rest);
    return isFound;
  }

  /** Send what is due, in order: a server that hears of the second stop before the first would be confused. */
  async flush() {
    if (this.#isSending) return;
    this.#isSending = true;
    try {
      for (;;) {
        const [tap] = this.waiting.peek();
        if (!tap) return;
        const wait_ms = tap.due - Date.now();
        if (wait_ms > 0) return this.#later(wait_ms);
        if (!(await this.#sent(tap))) return this.#later(RETRY_MS);
      }
    } finally {
      this.#isSending = false;
    }
  }

  forget(key) {
    this.refused.value = this.refused.peek().filter((one) => one.key !== key);
  }

  /** Whether the server has heard of the tap, be it gladly or not. */
  async #sent(tap) {
    const { due, ...said } = tap;
    try {
      await this.#send(said);
    } catch (error) {
      if (!(error instanceof Problem) || error.status === 0 || error.status >= 500) return false;
      this.refused.value = [...this.refused.peek(), { key: tap.key, order: tap.order, why: error.message }];
    }
    this.remove(tap.key);
    return true;
  }

  #later(ms) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), ms);
  }

  #keep(taps) {
    this.waiting.value = taps;
    try {
      localStorage.setItem(this.#name, JSON.stringify(taps));
    } catch {
      // Without storage the taps live as long as the page.
    }
  }
}

function read(name) {
  try {
    return JSON.parse(localStorage.getItem(name) ?? "[]");
  } catch {
    return [];
  }
}
