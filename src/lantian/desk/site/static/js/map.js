/**
 * Maps without tiles, fonts or another host: <div data-map data-src="URL">.
 *
 * The JSON: {areas: FeatureCollection of polygons, properties {name, href, colour, own};
 *   lines: FeatureCollection, properties {name, kind: "road" | "river" | "border"};
 *   points: [{lon, lat, label, colour, ink: "dark" | "light", shape, href, title, kind}];
 *   wind: {arrows: [{lon, lat, from_deg, ms}], text} | null; bounds: [west, south, east, north]}.
 * All but `areas` may be left out. A point with `bare` has no rim; a road with a colour is drawn broad in it; `listed`
 * [{title, label, href}] stands in the list instead of the points. Points with a label (the AQI) stand as links on the map;
 * many points without one are drawn as dots. What is on the map is also listed in
 * [data-map-list] of the same figure. data-map-edit="point,polygon" lets a person draw.
 */
import { enlarged } from "./chart/look.js";
import { editMap } from "./map/edit.js";
import { namesOf, thin } from "./map/names.js";
import { shape, windArrow } from "./map/shapes.js";
import { fetchJson, icon, make, say } from "./words.js";

const EMPTY = { type: "FeatureCollection", features: [] };
/** Maps on the page: box → {map, marks, tip, text}. */
const drawn = new Map();
const started = new WeakSet();
let library = null;

async function maplibre() {
  library ??= import("../vendor/maplibre-gl/maplibre-gl.mjs").then((found) => {
    found.setWorkerUrl(document.body.dataset.mapWorker);
    return found;
  });
  return library;
}

const hasWebgl = () => Boolean(document.createElement("canvas").getContext("webgl2"));

function colours() {
  const wall = document.documentElement.dataset.theme === "wall";
  return wall
    ? { ground: "#0d1824", area: "#16283a", own: "#1f3a55", edge: "#48637f", road: "#5d748c", river: "#2f6c9c" }
    : { ground: "#e9eef2", area: "#f9fafb", own: "#eef4fb", edge: "#8796a6", road: "#b9a889", river: "#7fb2d9" };
}

const dotted = (data) => ({ type: "FeatureCollection", features: dots(data).map(({ lon, lat, ...properties }) => ({ type: "Feature", properties, geometry: { type: "Point", coordinates: [lon, lat] } })) });

function styleOf(data) {
  const tone = colours();
  const kind = (name) => ["==", ["get", "kind"], name];
  return {
    version: 8,
    sources: {
      areas: { type: "geojson", data: data.areas ?? EMPTY },
      lines: { type: "geojson", data: data.lines ?? EMPTY },
      dots: { type: "geojson", data: dotted(data) },
    },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": tone.ground } },
      { id: "area", source: "areas", type: "fill", paint: { "fill-color": ["coalesce", ["get", "colour"], ["case", ["boolean", ["get", "own"], false], tone.own, tone.area]], "fill-opacity": ["case", ["has", "colour"], 0.45, 1] } },
      { id: "river", source: "lines", type: "line", filter: kind("river"), paint: { "line-color": tone.river, "line-width": 2 } },
      { id: "road", source: "lines", type: "line", filter: kind("road"), paint: { "line-color": ["coalesce", ["get", "colour"], tone.road], "line-width": ["case", ["has", "colour"], 6, 1.5] } },
      { id: "edge", source: "areas", type: "line", paint: { "line-color": tone.edge, "line-width": 1 } },
      { id: "border", source: "lines", type: "line", filter: kind("border"), paint: { "line-color": tone.edge, "line-width": 2.5, "line-dasharray": [4, 2] } },
      { id: "dot", source: "dots", type: "circle", paint: { "circle-radius": ["interpolate", ["linear"], ["zoom"], 8, 3 * enlarged(), 13, 7 * enlarged()], "circle-color": ["coalesce", ["get", "colour"], "#15589a"], "circle-stroke-color": "#ffffff", "circle-stroke-width": ["case", ["has", "bare"], 0, 1] } },
    ],
  };
}

const marked = ({ label, shape: form }) => label !== undefined || form !== undefined;
const few = (data) => (data.points ?? []).filter(marked).length <= 400;
const dots = (data) => (data.points ?? []).filter((point) => !few(data) || !marked(point));
const stations = (data) => (few(data) ? (data.points ?? []).filter(marked) : []);

function extent(data) {
  if (data.bounds) return [data.bounds.slice(0, 2), data.bounds.slice(2)];
  const all = (data.points ?? []).map(({ lon, lat }) => [lon, lat]);
  const walk = (nested) => (typeof nested[0] === "number" ? all.push(nested) : nested.forEach(walk));
  for (const { geometry } of [...(data.areas?.features ?? []), ...(data.lines?.features ?? [])]) walk(geometry.coordinates);
  if (!all.length) return null;
  const [lons, lats] = [all.map(([x]) => x), all.map(([, y]) => y)];
  const least = (list) => list.reduce((a, b) => Math.min(a, b));
  const most = (list) => list.reduce((a, b) => Math.max(a, b));
  return [[least(lons), least(lats)], [most(lons), most(lats)]];
}

function tipper(box) {
  const tip = make("div", { class: "map-tip", "aria-hidden": "true", hidden: "" });
  box.append(tip);
  return {
    show(text, x, y) {
      tip.textContent = text;
      tip.style.left = `${Math.min(Math.max(x, 90), box.clientWidth - 90)}px`;
      tip.style.top = `${Math.max(y, tip.clientHeight + 64)}px`;
      tip.hidden = false;
    },
    hide() { tip.hidden = true; },
  };
}

/** What stands on the map as elements of the page; `settle` makes room for names. */
function addMarkers(map, data, tip, { Marker }) {
  const marks = [];
  const put = (element, at) => marks.push(new Marker({ element }).setLngLat(at).addTo(map));
  const names = namesOf(data.areas);
  for (const { element, at } of names) put(element, at);
  for (const { lon, lat, from_deg: from, ms } of data.wind?.arrows ?? []) {
    const holder = make("div", { class: "map-wind", "aria-hidden": "true" });
    holder.append(windArrow(from, ms));
    put(holder, [lon, lat]);
  }
  for (const point of stations(data)) {
    const label = point.label ?? "";
    const element = make(point.href ? "a" : "span", { class: `station ink-${point.ink ?? "dark"}${label === "" ? " station-bare" : ""}`, "aria-label": [point.title, label].filter((part) => part !== undefined && part !== "").join(" ") });
    if (point.href) element.href = point.href;
    else element.setAttribute("role", "img");
    element.append(shape(point.shape, point.colour), String(label));
    const tell = () => {
      const { x, y } = map.project([point.lon, point.lat]);
      tip.show(point.title ?? String(label), x, y);
    };
    for (const event of ["mouseenter", "focus"]) element.addEventListener(event, tell);
    for (const event of ["mouseleave", "blur"]) element.addEventListener(event, tip.hide);
    put(element, [point.lon, point.lat]);
  }
  const settle = () => {
    const { left, top } = map.getCanvas().getBoundingClientRect();
    thin(names, (data.points ?? []).map(({ lon, lat }) => map.project([lon, lat])).map(({ x, y }) => [left + x, top + y]));
  };
  settle();
  return { all: marks, settle };
}

function listen(map, box, tip) {
  for (const layer of ["dot", "area"]) {
    map.on("click", layer, ({ features: [feature] }) => !box.hasAttribute("data-map-edit") && feature.properties.href && window.location.assign(feature.properties.href));
  }
  map.on("mousemove", "dot", ({ features: [feature], point: { x, y } }) => tip.show(feature.properties.title ?? feature.properties.name, x, y));
  map.on("mouseleave", "dot", tip.hide);
}

function list(box, data) {
  const place = box.closest("figure")?.querySelector("[data-map-list]");
  if (!place) return;
  place.replaceChildren(...(data.listed ?? data.points ?? []).map(({ href, title, label }) => {
    const text = [title, label].filter((part) => part !== undefined && part !== "").join(" · ");
    return make("li", {}, href ? make("a", { href }, text) : text);
  }));
}

function fail(box, text, again) {
  box.querySelector(".chart-wait, .map-error")?.remove();
  const open = box.closest("figure")?.querySelector("details.map-list");
  if (open) open.open = true;
  const button = make("button", { type: "button", class: "button" }, icon("refresh"), say("重试", "Try again"));
  button.addEventListener("click", again);
  box.append(make("div", { class: "map-error", role: "alert" }, make("p", {}, text), ...(again ? [button] : [])));
}

async function draw(box) {
  try {
    const data = box.dataset.src ? await fetchJson(box.dataset.src) : {};
    list(box, data);
    if (!hasWebgl()) return fail(box, say("此浏览器不能绘制地图（无 WebGL 2）。下面的列表内容与地图相同。", "This browser cannot draw maps (no WebGL 2). The list below says the same."), null);
    const found = await maplibre();
    if (!box.isConnected) return undefined;
    show(box, data, found);
  } catch (error) {
    started.delete(box); // the next part that is swapped in tries again
    fail(box, error.message, () => draw(box));
  }
  return undefined;
}

function show(box, data, found) {
  const bounds = extent(data);
  box.querySelector(".chart-wait, .map-error")?.remove();
  const map = new found.Map({
    container: box, style: styleOf(data), attributionControl: false, cooperativeGestures: false,
    ...(bounds ? { bounds, fitBoundsOptions: { padding: 36 * enlarged(), maxZoom: 11 } } : { center: [116.4, 39.9], zoom: 8 }),
    dragRotate: false, pitchWithRotate: false, touchPitch: false, scrollZoom: false, maxZoom: 18, fadeDuration: 0,
    locale: { "NavigationControl.ZoomIn": say("放大", "Zoom in"), "NavigationControl.ZoomOut": say("缩小", "Zoom out"), "Map.Title": box.dataset.title ?? say("地图", "Map") },
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new found.NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new found.ScaleControl({ unit: "metric", maxWidth: 100 * enlarged() }), "bottom-left");
  map.getCanvas().addEventListener("focus", () => map.scrollZoom.enable());
  map.getCanvas().addEventListener("blur", () => map.scrollZoom.disable());
  const tip = tipper(box);
  listen(map, box, tip);
  if (data.wind?.text) box.append(make("p", { class: "map-note" }, data.wind.text));
  if (box.hasAttribute("data-map-edit")) map.on("load", () => editMap(map, box, found));
  map.on("error", ({ error }) => fail(box, say(`地图出错：${error.message}`, `The map failed: ${error.message}`), null));
  const held = { map, marks: addMarkers(map, data, tip, found), tip, text: JSON.stringify(data) };
  map.on("moveend", () => held.marks.settle());
  map.on("resize", () => held.marks.settle());
  drawn.set(box, held);
}

/** Bring a map up to date without making it anew; one that is not drawn yet is left alone. */
export async function renewMap(box) {
  const held = drawn.get(box);
  if (!held) return;
  const data = await fetchJson(box.dataset.src);
  const text = JSON.stringify(data);
  if (text === held.text) return;
  held.text = text;
  list(box, data);
  held.tip.hide();
  for (const mark of held.marks.all) mark.remove();
  held.marks = addMarkers(held.map, data, held.tip, await maplibre());
  for (const [name, shown] of Object.entries({ areas: data.areas ?? EMPTY, lines: data.lines ?? EMPTY, dots: dotted(data) })) held.map.getSource(name)?.setData(shown);
}

function dropGone() {
  for (const [box, { map }] of drawn) {
    if (box.isConnected) continue;
    map.remove();
    drawn.delete(box);
  }
}

/** Draw the maps below `root` that are not drawn yet, and the shapes of their legends. */
export function drawMaps(root) {
  dropGone();
  for (const sign of root.querySelectorAll("[data-shape]")) if (!sign.querySelector("svg")) sign.prepend(shape(sign.dataset.shape, sign.dataset.colour));
  for (const box of root.querySelectorAll("[data-map]")) {
    if (started.has(box)) continue;
    started.add(box);
    draw(box);
  }
}
