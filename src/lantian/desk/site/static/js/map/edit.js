/**
 * Drawing one point, line or polygon. The truth is the text of [data-map-value] (GeoJSON,
 * WGS 84), so that a person without a mouse can write coordinates.
 */
import { icon, make, say } from "../words.js";

const NAMES = { point: ["点", "Point"], line: ["线", "Line"], polygon: ["面", "Area"] };
const round = (number) => Math.round(number * 1e6) / 1e6;

/** GeoJSON of the corners drawn so far, or null while there are too few. */
export function geometryOf(kind, corners) {
  if (kind === "point") return corners.length ? { type: "Point", coordinates: corners[0] } : null;
  if (kind === "line") return corners.length > 1 ? { type: "LineString", coordinates: corners } : null;
  return corners.length > 2 ? { type: "Polygon", coordinates: [[...turned(corners), turned(corners)[0]]] } : null;
}

/** Corners of an outer ring anticlockwise, as RFC 7946 asks. */
function turned(corners) {
  const doubled = corners.reduce((sum, [x, y], i) => {
    const [nextX, nextY] = corners[(i + 1) % corners.length];
    return sum + x * nextY - nextX * y;
  }, 0);
  return doubled < 0 ? [...corners].reverse() : corners;
}

function read(text) {
  if (!text.trim()) return null;
  const { type, coordinates } = JSON.parse(text);
  if (type === "Point") return { kind: "point", corners: [coordinates] };
  if (type === "LineString") return { kind: "line", corners: coordinates };
  if (type === "Polygon") return { kind: "polygon", corners: coordinates[0].slice(0, -1) };
  throw new Error(type);
}

/** Let the map draw into its field. */
export function editMap(map, box, { Marker }) {
  const input = box.closest(".field, form").querySelector("[data-map-value]");
  const kinds = box.dataset.mapEdit.split(",").filter((kind) => kind in NAMES);
  let kind = kinds[0];
  let corners = [];
  let markers = [];
  const hint = make("span", { class: "map-edit-hint", role: "status" });
  const press = new Map(kinds.map((name) => [name, make("button", { type: "button", class: "button button-small" }, say(...NAMES[name]))]));
  const act = (text, sign, what) => {
    const button = make("button", { type: "button", class: "button button-small" }, icon(sign), text);
    button.addEventListener("click", what);
    return button;
  };

  function show({ write = true } = {}) {
    const geometry = geometryOf(kind, corners);
    const drawn = geometry ?? (corners.length > 1 ? { type: "LineString", coordinates: corners } : null);
    map.getSource("draft")?.setData({ type: "FeatureCollection", features: drawn ? [{ type: "Feature", properties: {}, geometry: drawn }] : [] });
    markers.forEach((marker) => marker.remove());
    markers = corners.map((at, i) => {
      const marker = new Marker({ element: make("div", { class: "map-vertex", "aria-hidden": "true" }), draggable: true }).setLngLat(at).addTo(map);
      marker.on("dragend", () => {
        const { lng, lat } = marker.getLngLat();
        corners[i] = [round(lng), round(lat)];
        show();
      });
      return marker;
    });
    for (const [name, button] of press) button.setAttribute("aria-pressed", String(name === kind));
    if (write) {
      input.value = geometry ? JSON.stringify(geometry) : "";
      input.dispatchEvent(new Event("input", { bubbles: true }));
    }
    hint.textContent = kind === "point" ? say("点击地图定位；也可移动地图后按回车取中心点", "Click to set the point; or move the map and press Enter for its centre") : say(`点击添加顶点，拖动可调整（已 ${corners.length} 个）`, `Click to add corners, drag to move them (${corners.length} so far)`);
  }

  function add({ lng, lat }) {
    const corner = [round(lng), round(lat)];
    corners = kind === "point" ? [corner] : [...corners, corner];
    show();
  }

  function reread() {
    try {
      const known = read(input.value);
      corners = known?.corners ?? [];
      kind = known?.kind ?? kind;
      input.setCustomValidity("");
      show({ write: false });
      if (corners.length) map.jumpTo({ center: corners[0], zoom: Math.max(map.getZoom(), 12) });
    } catch {
      input.setCustomValidity(say("不是有效的 GeoJSON 点、线或面。", "This is no GeoJSON point, line or polygon."));
      input.reportValidity();
    }
  }

  const shown = { paint: { "line-color": "#0f4173", "line-width": 2.5 } };
  map.addSource("draft", { type: "geojson", data: { type: "FeatureCollection", features: [] } });
  map.addLayer({ id: "draft-fill", source: "draft", type: "fill", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": "#15589a", "fill-opacity": 0.2 } });
  map.addLayer({ id: "draft-line", source: "draft", type: "line", ...shown });
  for (const [name, button] of press) {
    button.addEventListener("click", () => {
      kind = name;
      corners = kind === "point" ? corners.slice(0, 1) : corners;
      show();
    });
  }
  const undo = act(say("撤销", "Undo"), "undo", () => {
    corners = corners.slice(0, -1);
    show();
  });
  const clear = act(say("清除", "Clear"), "trash", () => {
    corners = [];
    show();
  });
  box.append(make("div", { class: "map-edit-bar" }, ...(kinds.length > 1 ? press.values() : []), undo, clear, hint));
  map.on("click", ({ lngLat }) => add(lngLat));
  map.getCanvas().addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    add(map.getCenter());
  });
  input.addEventListener("change", reread);
  reread();
}
