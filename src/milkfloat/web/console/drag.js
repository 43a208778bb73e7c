// The order that is being dragged from one place of a round to another.

import { signal } from "../shared/html.js";

/** Id of the order, or null. */
export const draggedOrder = signal(null);

export function startDrag(event, order) {
  event.dataTransfer.setData("text/plain", order);
  event.dataTransfer.effectAllowed = "move";
  draggedOrder.value = order;
  event.currentTarget.addEventListener("dragend", endDrag, { once: true });
}

function endDrag() {
  draggedOrder.value = null;
}
