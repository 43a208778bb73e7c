// One colour per van. White numbers are readable on each (contrast at least 4.5), and neighbours in the list differ.

const COLOURS = [
  "#1f6fd6",
  "#c2410c",
  "#0d7d6b",
  "#9333c9",
  "#be185d",
  "#7a6200",
  "#0b7899",
  "#7c4a2d",
  "#4d7c0f",
  "#4f5d75",
];

/** Colour of the van at a place of the list; the list starts again after ten. */
export function vanColour(index) {
  return index < 0 ? "#66727d" : COLOURS[index % COLOURS.length];
}

/** All of them, and the one of a van that is not in the list. */
export function vanColours() {
  return [...COLOURS, vanColour(-1)];
}
