// Light or dark: what the reader chose, else what the system says. The choice stays on this machine.

import { effect, signal } from "./html.js";

const KEY = "milkfloat.theme";
const system = matchMedia("(prefers-color-scheme: dark)");

/** "light" or "dark". */
export const theme = signal(stored() ?? ofSystem());

effect(() => {
  document.documentElement.dataset.theme = theme.value;
});
system.addEventListener("change", () => {
  if (stored() === null) theme.value = ofSystem();
});

/** Change to the other one and keep the choice. */
export function toggleTheme() {
  theme.value = theme.peek() === "dark" ? "light" : "dark";
  try {
    localStorage.setItem(KEY, theme.peek());
  } catch {
    // A browser without storage forgets the choice; nothing else is lost.
  }
}

function ofSystem() {
  return system.matches ? "dark" : "light";
}

function stored() {
  try {
    const value = localStorage.getItem(KEY);
    return value === "light" || value === "dark" ? value : null;
  } catch {
    return null;
  }
}
