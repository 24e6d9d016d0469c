/** Names of areas on a map: where two would stand on each other, the larger area keeps its own. */
import { make } from "../words.js";

/** Size (square degrees) and centre of gravity of the largest ring of an outline. */
function largest({ type, coordinates }) {
  const rings = (type === "MultiPolygon" ? coordinates : [coordinates]).map(([outer]) => outer);
  const found = rings.map((ring) => {
    let [area, x, y] = [0, 0, 0];
    ring.forEach(([ax, ay], i) => {
      const [bx, by] = ring[(i + 1) % ring.length];
      const cross = ax * by - bx * ay;
      area += cross;
      x += (ax + bx) * cross;
      y += (ay + by) * cross;
    });
    return { size: Math.abs(area), at: area ? [x / (3 * area), y / (3 * area)] : ring[0] };
  });
  return found.sort((a, b) => b.size - a.size)[0];
}

/** Elements with the names of areas and where they stand, largest area first. */
export function namesOf(areas) {
  return (areas?.features ?? [])
    .filter(({ properties }) => properties.name)
    .map(({ properties, geometry }) => ({ ...largest(geometry), own: Boolean(properties.own), properties }))
    .sort((a, b) => b.own - a.own || b.size - a.size)
    .map(({ at, properties }) => ({ at: properties.label_at ?? at, element: make("div", { class: "map-name", "aria-hidden": "true" }, properties.name) }));
}

const apart = (a, b) => a.right < b.left || b.right < a.left || a.bottom < b.top || b.bottom < a.top;

const covers = (box, [x, y]) => box.left - 4 < x && x < box.right + 4 && box.top - 4 < y && y < box.bottom + 4;

/**
 * Show the names that have room, below a dot that they would cover; call again whenever the map
 * has moved. `spots` are the dots in pixels of the window.
 */
export function thin(names, spots) {
  for (const { element } of names) element.classList.remove("map-name-low");
  for (const { element } of names) {
    const box = element.getBoundingClientRect();
    element.classList.toggle("map-name-low", spots.some((spot) => covers(box, spot)));
  }
  const boxes = names.map(({ element }) => element.getBoundingClientRect());
  const standing = [];
  names.forEach(({ element }, i) => {
    const free = standing.every((other) => apart(boxes[i], other));
    if (free) standing.push(boxes[i]);
    element.classList.toggle("map-name-hidden", !free);
  });
}
