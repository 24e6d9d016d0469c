/** Shapes of stations and sources by kind: told apart without colour. Box 36 by 28. */

const SHAPES = {
  circle: "M14 2h8a12 12 0 0 1 0 24h-8a12 12 0 0 1 0-24z",
  square: "M2 3h32v22H2z",
  hexagon: "M8 2h20l7 12-7 12H8L1 14z",
  diamond: "M18 -3 38 14 18 31 -2 14z",
  house: "M18 -2 34 8v18H2V8z",
  triangle: "M18 -7 39 27H-3z",
};
const SVG = "http://www.w3.org/2000/svg";

/** One shape as an SVG element; colour is an attribute, as the page forbids inline style. */
export function shape(name, colour = "#ffffff") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 36 28");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", SHAPES[name] ?? SHAPES.circle);
  path.setAttribute("fill", colour);
  svg.append(path);
  return svg;
}

/** An arrow that flies with the wind. */
export function windArrow(fromDeg, ms) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "-14 -14 28 28");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  const half = Math.min(4 + ms, 11);
  path.setAttribute("d", ms < 0.5 ? "M-2 0a2 2 0 1 0 4 0a2 2 0 1 0-4 0" : `M0 ${-half}L0 ${half}M-4 ${half - 5}L0 ${half}L4 ${half - 5}`);
  path.setAttribute("transform", `rotate(${fromDeg})`);
  svg.append(path);
  return svg;
}
