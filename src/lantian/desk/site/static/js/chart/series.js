/**
 * Lines over time: gaps stay gaps, a strip says what data there are.
 *
 * series: {unit, times: ["2026-03-02T01:00", …] | {start, step_h, n}, series: [{name, values:
 *   [number | null, …], flags: {index: "why"}, kind: "line" | "bar" | "step", own}],
 *   limits: [{value, label}], spans: [{from, to, label}], availability: {rate, runs: [{start,
 *   length, kind: "ok" | "flag" | "gap", title}]} (else told from the first series),
 *   wind: {from_deg: […], ms: […]}}. Times are local wall-clock times, written without zone.
 * diurnal: {unit, series: [{name, values: [24]}], limits}: hours 1 to 24.
 */
import { chinese, say } from "../words.js";
import { axisLine, axisText, bottom, dash, edge, frame, legend, limitLines, line, lowered, symbol, tip, tooltip, top, unitText, valueAxis } from "./look.js";

const HOUR = 3_600_000;
const instant = (text) => Date.parse(`${text.length === 10 ? `${text}T00:00` : text}Z`);
const written = (ms, step) => new Date(ms).toISOString().slice(0, step >= 24 * HOUR ? 10 : 16).replace("T", " ");

function instants(times) {
  if (Array.isArray(times)) return times.map(instant);
  const first = instant(times.start);
  return Array.from({ length: times.n }, (_, i) => first + i * times.step_h * HOUR);
}

/** Runs of one kind along the first series, where the data bring no availability. */
function runsOf({ values, flags = {} }) {
  const runs = [];
  values.forEach((value, i) => {
    const kind = value === null ? "gap" : i in flags ? "flag" : "ok";
    const last = runs.at(-1);
    if (last?.kind === kind) last.length += 1;
    else runs.push({ kind, start: i, length: 1 });
  });
  return runs;
}

/** Values with no neighbour: a line alone would not show them. */
const lonely = (values) => values.flatMap((v, i) => (v !== null && (values[i - 1] ?? null) === null && (values[i + 1] ?? null) === null ? [i] : []));

function oneLine(look, one, i, at, shared) {
  const few = at.length <= 60;
  const base = { name: one.name, data: at.map((t, k) => [t, one.values[k] ?? null]), connectNulls: false, itemStyle: { color: line(look, i) }, ...shared };
  if (one.kind === "bar") return { ...base, type: "bar", barMaxWidth: 24 };
  return {
    ...base, type: "line", step: one.kind === "step" ? "end" : false, symbol: symbol(i), symbolSize: 5, showSymbol: few,
    lineStyle: { width: one.own ? 3 : 1.6, type: dash(i), color: line(look, i) }, emphasis: { disabled: true },
  };
}

function spots(look, one, i, at) {
  const marks = Object.keys(one.flags ?? {}).map(Number).filter((k) => (one.values[k] ?? null) !== null);
  const plain = lonely(one.values).filter((k) => !marks.includes(k));
  const points = (list) => list.map((k) => [at[k], one.values[k]]);
  const shared = { type: "scatter", silent: true, tooltip: { show: false }, z: 4 };
  return [
    { ...shared, symbol: symbol(i), symbolSize: 4, itemStyle: { color: line(look, i) }, data: points(plain) },
    { ...shared, symbol: "emptyTriangle", symbolSize: 9, itemStyle: { color: "#b8480b" }, data: points(marks) },
  ].filter(({ data }) => data.length);
}

/** The strip below: full height where valid, half where marked, empty where there is a gap. */
function strip(look, runs, at, step, axis) {
  const colours = { ok: "#5c8a72", flag: "#d99a1e", gap: "transparent" };
  return {
    type: "custom", xAxisIndex: axis, yAxisIndex: axis, silent: true, tooltip: { show: false },
    data: runs.map(({ start, length, kind }) => [at[start] - step / 2, at[start] + (length - 0.5) * step, kind === "gap" ? 0 : kind === "flag" ? 1 : 2]),
    encode: { x: [0, 1] },
    renderItem(area, api) {
      const [left, right] = [0, 1].map((k) => Math.min(Math.max(api.coord([api.value(k), 0])[0], area.coordSys.x), area.coordSys.x + area.coordSys.width));
      const kind = ["gap", "flag", "ok"][api.value(2)];
      const { y, height } = area.coordSys;
      const tall = kind === "flag" ? height / 2 : height;
      return { type: "rect", shape: { x: left, y: y + height - tall, width: Math.max(right - left, kind === "gap" ? 0 : 0.5), height: tall }, style: { fill: colours[kind] } };
    },
  };
}

/** Arrows fly with the wind; length and barb say how strong it is. */
function windRow(look, wind, at, axis) {
  const every = Math.max(1, Math.ceil(at.length / Math.floor(look.width / 22)));
  const data = at.flatMap((t, i) => (i % every || (wind.from_deg[i] ?? null) === null || (wind.ms[i] ?? null) === null ? [] : [[t, wind.from_deg[i], wind.ms[i]]]));
  return {
    type: "custom", xAxisIndex: axis, yAxisIndex: axis, silent: true, tooltip: { show: false }, data, encode: { x: 0 },
    renderItem(area, api) {
      const [x] = api.coord([api.value(0), 0]);
      const y = area.coordSys.y + area.coordSys.height / 2;
      const ms = api.value(2);
      if (ms < 0.5) return { type: "circle", shape: { cx: x, cy: y, r: 2 }, style: { fill: "none", stroke: look.soft } };
      const half = Math.min(4 + ms, 10);
      return {
        type: "path", x, y, rotation: (-api.value(1) * Math.PI) / 180,
        shape: { pathData: `M0 ${-half}L0 ${half}M-3 ${half - 4}L0 ${half}L3 ${half - 4}`, x: -3, y: -half, width: 6, height: 2 * half },
        style: { fill: "none", stroke: look.soft, lineWidth: 1.3 },
      };
    },
  };
}

const timeText = () => ({ year: "{yyyy}", month: chinese ? "{M}月" : "{MMM}", day: "{MM}-{dd}", hour: "{HH}:{mm}", minute: "{HH}:{mm}", none: "{MM}-{dd}" });

export function seriesOption(data, look) {
  const at = instants(data.times);
  const step = at.length > 1 ? at[1] - at[0] : HOUR;
  const zoom = at.length > 120 && !look.exported;
  const names = data.series.map(({ name }) => name);
  const runs = data.availability?.runs ?? runsOf(data.series[0]);
  const foot = bottom(look) + (zoom ? 34 : 4);
  const rows = [{ height: 8, bottom: foot + 22 }];
  if (data.wind) rows.push({ height: 22, bottom: foot + 34 });
  const side = { left: edge(look) + (look.narrow ? 36 : 46), right: edge(look) + 14 };
  const below = foot + (data.wind ? 84 : 56);
  const first = at[0] - step / 2;
  const last = at.at(-1) + step / 2;
  const hidden = (k) => ({ gridIndex: k, type: "time", min: first, max: last, show: false });
  const shared = { markLine: limitLines(look, data.limits) };
  if (data.spans?.length) shared.markArea = { silent: true, itemStyle: { color: "rgba(217,154,30,0.16)" }, label: { color: look.soft, fontSize: 11, position: "insideTop" }, data: data.spans.map(({ from, to, label }) => [{ xAxis: instant(from), name: label }, { xAxis: instant(to) }]) };
  return {
    ...frame(look),
    legend: legend(look, names),
    grid: [{ ...side, top: top(look) + (names.length > 1 ? 50 : 26), bottom: below }, ...rows.map((row) => ({ ...side, ...row }))],
    xAxis: [
      { type: "time", min: first, max: last, axisLabel: { ...axisText(look), formatter: timeText() }, axisLine: axisLine(look), axisTick: axisLine(look), splitNumber: look.narrow ? 3 : 8 },
      ...rows.map((_, k) => hidden(k + 1)),
    ],
    yAxis: [valueAxis(look, data.unit, { min: data.min ?? 0, max: data.max, scale: false }), ...rows.map((_, k) => ({ gridIndex: k + 1, type: "value", min: 0, max: 1, show: false }))],
    dataZoom: zoom ? [
      { type: "slider", xAxisIndex: rows.map((_, k) => k + 1).concat(0), height: 20, bottom: 6, left: side.left, right: side.right, brushSelect: false, borderColor: look.line, fillerColor: "rgba(21,88,154,0.12)", textStyle: { color: look.soft }, labelFormatter: (ms) => written(ms, step), showDataShadow: false },
      { type: "inside", xAxisIndex: rows.map((_, k) => k + 1).concat(0), zoomOnMouseWheel: "ctrl", moveOnMouseMove: false, moveOnMouseWheel: false },
    ] : [],
    tooltip: tooltip(look, {
      trigger: "axis", axisPointer: { type: "line", lineStyle: { color: look.axis } },
      formatter: (found) => {
        const k = found[0].dataIndex;
        const told = data.series.map((one, i) => ({ colour: line(look, i), name: one.name, value: one.values[k] === null || one.values[k] === undefined ? say("缺", "none") : `${one.values[k]} ${unitText(one.unit ?? data.unit)}${one.flags?.[k] ? ` · ${one.flags[k]}` : ""}` }));
        if (data.wind && (data.wind.ms[k] ?? null) !== null) told.push({ name: say("风", "Wind"), value: `${data.wind.from_deg[k]}° · ${data.wind.ms[k]} m/s` });
        return tip(written(at[k], step), told);
      },
    }),
    series: [
      ...data.series.map((one, i) => oneLine(look, one, i, at, i === 0 ? shared : {})),
      ...data.series.flatMap((one, i) => spots(look, one, i, at)),
      strip(look, runs, at, step, 1),
      ...(data.wind ? [windRow(look, data.wind, at, 2)] : []),
    ],
    graphic: look.narrow ? [] : [{ type: "text", left: edge(look), bottom: foot + 20, silent: true, style: { text: say("数据", "Data"), fill: look.soft, fontSize: 11, fontFamily: look.font } }],
  };
}

export function diurnalOption(data, look) {
  const names = data.series.map(({ name }) => name);
  return {
    ...frame(look),
    legend: legend(look, names),
    grid: { left: edge(look) + (look.narrow ? 36 : 46), right: edge(look) + 14, top: top(look) + (names.length > 1 ? 50 : 26), bottom: bottom(look) + 26 },
    xAxis: { type: "category", data: Array.from({ length: 24 }, (_, i) => String(i + 1)), axisLabel: { ...axisText(look), formatter: chinese ? "{value}时" : "{value}", interval: (i) => (i + 1) % (look.narrow ? 6 : 3) === 0 }, axisLine: axisLine(look), axisTick: { alignWithLabel: true, interval: 0 } },
    yAxis: valueAxis(look, data.unit, { min: 0 }),
    tooltip: tooltip(look, { trigger: "axis", formatter: (found) => tip(say(`${found[0].name} 时`, `Hour ${found[0].name}`), found.map((f) => ({ colour: f.color, name: f.seriesName, value: f.value === null || f.value === undefined ? "—" : `${f.value} ${unitText(data.unit)}` }))) }),
    series: data.series.map((one, i) => ({
      type: "line", name: one.name, data: one.values, connectNulls: false, symbol: symbol(i), symbolSize: 6,
      itemStyle: { color: line(look, i) }, lineStyle: { width: 2, type: dash(i), color: line(look, i) },
      markLine: i === 0 ? limitLines(look, data.limits) : undefined,
    })),
  };
}

export const seriesText = (data) => data.series.map(({ name }) => lowered(name)).join("、");
