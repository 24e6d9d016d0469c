/**
 * A lidar's day: backscatter over time and height, the boundary layer's top, the clouds.
 *
 * scan: {day: "2026-11-22", step_s, columns, heights: [edges between rows, m], most (m), cells (base64,
 *   row by row from the ground: 0 where there is nothing, else 1 to 255 between the powers of
 *   ten low and high), low, high, unit, top: [m | null by column], cloud: [m | null],
 *   names: {value, top, cloud, height}}. Gaps stay gaps: their ground shows.
 */
import { say } from "../words.js";
import { axisLine, axisText, bottom, edge, frame, legend, tip, tooltip, top, valueAxis } from "./look.js";

/** Viridis: even steps to the eye, told apart without red and green. */
const RAMP = ["#440154", "#482878", "#3e4a89", "#31688e", "#26828e", "#1f9e89", "#35b779", "#6ece58", "#b5de2b", "#fde725"];
const TOP = "#d62728";
const CLOUD = "#ffffff";

function colourOf(share) {
  const at = share * (RAMP.length - 1);
  const first = Math.min(Math.floor(at), RAMP.length - 2);
  const part = (hex, n) => parseInt(hex.slice(1 + 2 * n, 3 + 2 * n), 16);
  return [0, 1, 2].map((n) => Math.round(part(RAMP[first], n) + (at - first) * (part(RAMP[first + 1], n) - part(RAMP[first], n))));
}

/** The cells as a canvas, a pixel each; rows of unequal depth are stretched where it is drawn. */
function painted(data) {
  const rows = data.heights.length - 1;
  const bytes = Uint8Array.from(atob(data.cells), (c) => c.charCodeAt(0));
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: data.columns, height: rows });
  const pen = canvas.getContext("2d");
  const image = pen.createImageData(data.columns, rows);
  const ramp = Array.from({ length: 256 }, (_, n) => colourOf(Math.max(n - 1, 0) / 254));
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < data.columns; column += 1) {
      const value = bytes[row * data.columns + column];
      if (value) image.data.set([...ramp[value], 255], 4 * ((rows - 1 - row) * data.columns + column));
    }
  }
  pen.putImageData(image, 0, 0);
  return { canvas, bytes };
}

/** The top as a line that breaks where it leaps from one layer to another. */
const LEAP_M = 400;
const broken = (points) => points.flatMap(([t, height], n) => {
  const before = n ? points[n - 1][1] : null;
  const leaps = height !== null && before !== null && Math.abs(height - before) > LEAP_M;
  return leaps ? [[t, null], [t, height]] : [[t, height]];
});

const power = (exponent) => Number((10 ** exponent).toPrecision(2)).toString();

export function scanOption(data, look) {
  const { canvas, bytes } = painted(data);
  const start = Date.parse(`${data.day}T00:00Z`);
  const middle = (column) => start + (column + 0.5) * data.step_s * 1000;
  const [low, high] = [data.heights[0], data.heights.at(-1)];
  const times = Array.from({ length: data.columns }, (_, column) => column);
  const row = (height) => data.heights.findIndex((above, n) => n && height < above) - 1;
  const value = (column, height) => {
    const byte = row(height) < 0 ? 0 : bytes[row(height) * data.columns + column];
    return byte ? `${power(data.low + ((byte - 1) / 254) * (data.high - data.low))} ${data.unit}` : "—";
  };
  const metres = (height) => (height === null ? "—" : `${height} m`);
  // An SVG file cannot hold a canvas.
  const picture = look.exported?.format === "svg" ? canvas.toDataURL() : canvas;
  return {
    ...frame(look),
    grid: { left: edge(look) + 48, right: edge(look) + (look.narrow ? 8 : 84), top: top(look) + 44, bottom: bottom(look) + (look.narrow ? 84 : 30) },
    legend: legend(look, [data.names.top, data.names.cloud]),
    xAxis: { type: "time", min: start, max: start + 86_400_000, axisLabel: { ...axisText(look), formatter: "{HH}:{mm}" }, axisLine: axisLine(look), splitLine: { show: false }, splitNumber: look.narrow ? 4 : 8 },
    yAxis: valueAxis(look, data.names.height, { min: 0, max: data.most, splitLine: { show: false } }),
    visualMap: {
      type: "continuous", seriesIndex: 0, dimension: 2, min: data.low, max: data.high, calculable: false, inRange: { color: RAMP },
      orient: look.narrow ? "horizontal" : "vertical", ...(look.narrow ? { left: "center", bottom: bottom(look) } : { right: edge(look), top: "middle" }),
      itemWidth: 14, itemHeight: look.narrow ? 140 : 180, text: [power(data.high), power(data.low)], textStyle: { color: look.soft, fontSize: look.size }, hoverLink: false,
    },
    tooltip: tooltip(look, {
      trigger: "axis", axisPointer: { type: "cross", label: { show: false } },
      formatter: ([{ axisValue }]) => {
        const column = Math.min(Math.floor((axisValue - start) / data.step_s / 1000), data.columns - 1);
        const at = new Date(start + column * data.step_s * 1000).toISOString().slice(11, 16);
        const peak = data.top[column] ?? 0;
        return tip(`${data.day} ${at}`, [
          { colour: TOP, name: data.names.top, value: metres(data.top[column]) },
          { name: data.names.cloud, value: metres(data.cloud[column]) },
          { name: say(`${data.names.value}（100 m）`, `${data.names.value} (100 m)`), value: value(column, 100) },
          ...(peak ? [{ name: say("层顶处", "at the top"), value: value(column, peak) }] : []),
        ]);
      },
    }),
    series: [
      {
        type: "custom", name: data.names.value, silent: true, tooltip: { show: false }, data: [[start, low, data.low]], encode: { x: 0, y: 1 }, clip: true, z: 1,
        renderItem(area, api) {
          const [left, under] = api.coord([start, low]);
          const [right, over] = api.coord([start + 86_400_000, high]);
          return { type: "image", style: { image: picture, x: left, y: over, width: right - left, height: under - over } };
        },
      },
      { type: "line", name: data.names.top, data: broken(times.map((column) => [middle(column), data.top[column]])), connectNulls: false, symbol: "circle", symbolSize: 3, showSymbol: true, itemStyle: { color: TOP }, lineStyle: { color: TOP, width: 2 }, z: 4 },
      { type: "scatter", name: data.names.cloud, data: times.map((column) => [middle(column), data.cloud[column]]), symbol: "triangle", symbolSize: 6, itemStyle: { color: CLOUD, borderColor: "#000000", borderWidth: 1 }, z: 3 },
    ],
  };
}
