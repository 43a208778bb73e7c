// Pictures for the map, drawn on a canvas when the page opens: no image file, sharp on every screen.

import { vanColours } from "../shared/van_colours.js";

// Drawn at twice the size they are shown at.
const SIZE = 88;

/** Give the map its pictures: a van per colour that drives ("van #1f6fd6") and that stands ("parked #1f6fd6"), "depot", "depot-failed",
 * "charger", "charger-failed" and "lock". */
export function drawIcons(map, theme) {
  const edge = theme === "dark" ? "#e8eef3" : "#ffffff";
  for (const colour of vanColours()) {
    add(map, `van ${colour}`, (pen) => van(pen, colour, edge, true));
    add(map, `parked ${colour}`, (pen) => van(pen, colour, edge, false));
  }
  add(map, "depot", (pen) => plate(pen, theme === "dark" ? "#e8eef3" : "#131c24", theme === "dark" ? "#131c24" : "#ffffff", house));
  add(map, "depot-failed", (pen) => plate(pen, "#b00020", "#ffffff", house));
  add(map, "charger", (pen) => plate(pen, "#2f9e6e", "#ffffff", bolt));
  add(map, "charger-failed", (pen) => plate(pen, "#b00020", "#ffffff", cross));
  add(map, "lock", (pen) => lock(pen, theme === "dark" ? "#f5b04c" : "#131c24", edge));
}

function add(map, name, draw) {
  if (map.hasImage(name)) return;
  const canvas = document.createElement("canvas");
  canvas.width = SIZE;
  canvas.height = SIZE;
  const pen = canvas.getContext("2d");
  pen.lineJoin = "round";
  pen.lineCap = "round";
  draw(pen);
  map.addImage(name, pen.getImageData(0, 0, SIZE, SIZE), { pixelRatio: 1 });
}

/** A disc for the van's number, with a beak that points where it drives (up, before it is turned); square if it stands. */
function van(pen, colour, edge, isDriving) {
  const middle = SIZE / 2;
  pen.beginPath();
  if (isDriving) {
    pen.moveTo(middle, 3);
    pen.lineTo(middle + 20, 26);
    pen.arc(middle, middle, 27, -0.72, Math.PI + 0.72);
    pen.closePath();
  } else {
    pen.roundRect(middle - 24, middle - 24, 48, 48, 13);
  }
  pen.fillStyle = colour;
  pen.shadowColor = "rgb(0 0 0 / 0.45)";
  pen.shadowBlur = 8;
  pen.fill();
  pen.shadowBlur = 0;
  pen.strokeStyle = edge;
  pen.lineWidth = 5;
  pen.stroke();
}

function plate(pen, colour, ink, draw) {
  pen.fillStyle = colour;
  pen.strokeStyle = ink;
  pen.lineWidth = 4;
  pen.beginPath();
  pen.roundRect(18, 18, 52, 52, 12);
  pen.fill();
  pen.stroke();
  pen.lineWidth = 5;
  pen.fillStyle = ink;
  draw(pen);
}

function house(pen) {
  pen.beginPath();
  pen.moveTo(28, 44);
  pen.lineTo(44, 29);
  pen.lineTo(60, 44);
  pen.lineTo(60, 60);
  pen.lineTo(28, 60);
  pen.closePath();
  pen.stroke();
}

function bolt(pen) {
  pen.beginPath();
  pen.moveTo(47, 25);
  pen.lineTo(30, 48);
  pen.lineTo(42, 48);
  pen.lineTo(40, 63);
  pen.lineTo(58, 39);
  pen.lineTo(46, 39);
  pen.closePath();
  pen.fill();
}

function cross(pen) {
  pen.lineWidth = 7;
  pen.beginPath();
  pen.moveTo(33, 33);
  pen.lineTo(55, 55);
  pen.moveTo(55, 33);
  pen.lineTo(33, 55);
  pen.stroke();
}

function lock(pen, colour, edge) {
  pen.fillStyle = colour;
  pen.strokeStyle = edge;
  pen.lineWidth = 8;
  pen.beginPath();
  pen.roundRect(29, 42, 30, 24, 5);
  pen.stroke();
  pen.fill();
  pen.strokeStyle = colour;
  pen.lineWidth = 6;
  pen.beginPath();
  pen.arc(44, 42, 9, Math.PI, 0);
  pen.stroke();
}
