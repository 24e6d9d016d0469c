/** What charts share: colours, type, axes, tips, the sign of a figure that is exported. */
import { make } from "../words.js";

const LIGHT = { ink: "#1c2733", soft: "#465364", line: "#dae0e7", axis: "#7f8c9b", ground: "#ffffff", own: "#15589a" };
const WALL = { ink: "#e8eef5", soft: "#b6c4d3", line: "#2a3d52", axis: "#71869c", ground: "#0d1824", own: "#7cc0ff" };
const LINES = ["#15589a", "#b8480b", "#217346", "#8a3a9b", "#7a6200", "#0a7280", "#ad2f63", "#5b6877"];
const WALL_LINES = ["#7cc0ff", "#ffae6b", "#7ddba0", "#dba4ee", "#e8d36a", "#6fd9e3", "#ff9fc4", "#b6c4d3"];

/** Dashes and symbols tell lines apart where colours do not. */
const DASHES = ["solid", [6, 3], [2, 2], [8, 3, 2, 3], "solid", [6, 3], [2, 2], [8, 3, 2, 3]];
const SYMBOLS = ["circle", "rect", "triangle", "diamond", "emptyCircle", "emptyRect", "emptyTriangle", "emptyDiamond"];

/** How much larger the wall is drawn: its type grows with the screen. */
export const enlarged = () => (document.documentElement.dataset.theme === "wall" ? parseFloat(getComputedStyle(document.documentElement).fontSize) / 16 : 1);

/** The look at a size; `exported` {title, note, format} where the picture goes into a file. */
export function lookAt(width, height, exported = null) {
  const wall = document.documentElement.dataset.theme === "wall" && !exported;
  return {
    width, height, exported,
    narrow: width < 520,
    font: getComputedStyle(document.documentElement).fontFamily,
    size: wall ? 16 : 12,
    lines: wall ? WALL_LINES : LINES,
    ...(wall ? WALL : LIGHT),
  };
}

export const line = (look, i) => look.lines[i % look.lines.length];
export const dash = (i) => DASHES[i % DASHES.length];
export const symbol = (i) => SYMBOLS[i % SYMBOLS.length];

/** Units as they are printed. */
export const unitText = (unit) => ({ "ug/m3": "μg/m³", "mg/m3": "mg/m³" })[unit] ?? unit ?? "";

/** Pollutants with digits below the line, in characters: chart text has no markup. */
export const lowered = (text) =>
  String(text).replace(/(?<![A-Za-z0-9])(PM|SO|NO|O)(2\.5|10|2|3)(?![0-9A-Za-z])/g, (_, a, b) => a + b.replace(/\d/g, (d) => "₀₁₂₃₄₅₆₇₈₉"[d]));

/** What every option begins with; `top` is the room that the title takes in a file. */
export function frame(look) {
  const text = look.exported;
  return {
    animation: false,
    useUTC: true,
    backgroundColor: text ? look.ground : "transparent",
    textStyle: { fontFamily: look.font, fontSize: look.size, color: look.ink },
    title: text ? [
      { text: lowered(text.title), left: 16, top: 10, textStyle: { fontSize: 16, fontWeight: 600, color: look.ink } },
      { text: text.note, right: 16, bottom: 4, textStyle: { fontSize: 11, fontWeight: 400, color: look.soft } },
    ] : [],
  };
}

export const top = (look) => (look.exported ? 40 : 0);
/** Room at both sides of a picture that goes into a file. */
export const edge = (look) => (look.exported ? 16 : 0);
export const bottom = (look) => (look.exported ? 20 : 0);

export const axisText = (look) => ({ color: look.soft, fontSize: look.size, hideOverlap: true });
export const axisLine = (look) => ({ show: true, lineStyle: { color: look.axis } });

/** Axis of values with its unit above. */
export function valueAxis(look, unit, more = {}) {
  return {
    type: "value", name: unitText(unit), nameTextStyle: { color: look.soft, align: "left", fontSize: look.size },
    nameGap: 8, axisLabel: axisText(look), axisLine: { show: false }, axisTick: { show: false },
    splitLine: { lineStyle: { color: look.line } }, ...more,
  };
}

export function legend(look, names, more = {}) {
  return {
    show: names.length > 1, type: "scroll", left: edge(look), top: top(look), itemWidth: 26, itemHeight: 10, itemGap: 14,
    data: names, formatter: lowered, textStyle: { color: look.ink, fontSize: look.size },
    pageTextStyle: { color: look.soft }, pageIconColor: look.ink, ...more,
  };
}

/** Lines of limits, each with its label; the label stands inside, above its line. */
export function limitLines(look, limits = [], key = "yAxis") {
  if (!limits.length) return undefined;
  return {
    silent: true, symbol: "none", lineStyle: { color: look.soft, type: [4, 4], width: 1 },
    label: { position: key === "yAxis" ? "insideEndTop" : "start", color: look.soft, fontSize: look.size, distance: 3 },
    data: limits.map(({ value, label }) => ({ [key]: value, label: { formatter: lowered(label ?? value) } })),
  };
}

/** A tip as an element: its colours are set by script, since the page forbids inline style. */
export function tip(title, rows) {
  const list = make("table", {});
  for (const { colour, name, value } of rows) {
    const spot = make("i", {});
    if (colour) spot.style.backgroundColor = colour;
    list.append(make("tr", {}, make("th", {}, spot, lowered(name)), make("td", {}, value)));
  }
  return make("div", { class: "chart-tip" }, make("b", {}, title), list);
}

export function tooltip(look, more = {}) {
  return {
    confine: true, transitionDuration: 0, borderWidth: 1, borderColor: look.axis, padding: [6, 10],
    backgroundColor: look.ground, textStyle: { color: look.ink, fontSize: 13, fontFamily: look.font },
    extraCssText: "box-shadow: 0 4px 16px rgb(18 38 60 / 18%)", ...more,
  };
}
