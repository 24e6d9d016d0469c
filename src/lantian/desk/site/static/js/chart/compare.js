/**
 * Places beside each other.
 *
 * bars: {unit, items: [{name, value | null, text (the number as spelled), own, note, colour, href}], limits: [{value, label}]},
 *   in the order given, first on top.
 * trajectory: {unit, periods: ["2026-01", …], series: [{name, values, own}], reverse (ranks: 1 on top)}.
 * scatter: {x: {title, unit}, y: {title, unit}, points: [{x, y, name, group, href}],
 *   line: {slope, intercept, label}, diagonal}.
 */
import { say } from "../words.js";
import { axisLine, axisText, bottom, dash, edge, frame, legend, limitLines, line, lowered, symbol, tip, tooltip, top, unitText, valueAxis } from "./look.js";

/** Width of a name in ems: a Chinese character is one, a letter a bit more than half. */
const wide = (name) => [...name].reduce((sum, c) => sum + (c > "\u2e7f" ? 1 : 0.6), 0);
const spelled = ({ text, value }) => text ?? String(value);

export const barsHeight = (look, data) => Math.max(140, data.items.length * 26 + 48);

export function barsOption(data, look) {
  const valued = data.items.map(({ value }) => value ?? 0);
  const highest = Math.max(0, ...(data.limits ?? []).map(({ value }) => value));
  const room = Math.min(look.narrow ? 8 * look.size : 14 * look.size, 14 + Math.max(...data.items.map(({ name }) => wide(name))) * look.size);
  return {
    ...frame(look),
    grid: { left: edge(look) + room, right: 56, top: top(look) + (data.limits?.length ? 22 : 6), bottom: bottom(look) + 26 },
    yAxis: { type: "category", inverse: true, data: data.items.map(({ name }) => name), axisLabel: { ...axisText(look), interval: 0, color: look.ink, width: room - 10, overflow: "truncate" }, axisLine: axisLine(look), axisTick: { show: false } },
    xAxis: valueAxis(look, "", { min: 0, max: (range) => (highest > range.max ? highest * 1.1 : null), splitNumber: look.narrow ? 3 : 6 }),
    tooltip: tooltip(look, { formatter: ({ dataIndex }) => tip(data.items[dataIndex].name, [{ name: data.items[dataIndex].note ?? "", value: data.items[dataIndex].value === null ? "—" : `${spelled(data.items[dataIndex])} ${unitText(data.unit)}` }]) }),
    series: [{
      type: "bar", barMaxWidth: 16,
      data: data.items.map(({ own, colour, href }, i) => ({ value: valued[i], href, itemStyle: { color: colour ?? (own ? look.own : "#9fb3c8"), borderColor: colour ? "rgba(0,0,0,0.35)" : undefined, borderWidth: colour ? 1 : 0 } })),
      label: { show: true, position: "right", color: look.ink, fontSize: look.size, formatter: ({ dataIndex }) => (data.items[dataIndex].value === null ? "—" : spelled(data.items[dataIndex])) },
      markLine: limitLines(look, data.limits, "xAxis"),
    }],
  };
}

export function trajectoryOption(data, look) {
  const own = data.series.some((one) => one.own);
  const ranks = Math.max(...data.series.flatMap(({ values }) => values.map((v) => v ?? 0)));
  const faded = (one) => own && !one.own;
  let coloured = -1;
  return {
    ...frame(look),
    grid: { left: edge(look) + 36, right: edge(look) + (look.narrow ? 64 : 92), top: top(look) + 26, bottom: bottom(look) + 26 },
    xAxis: { type: "category", data: data.periods, axisLabel: axisText(look), axisLine: axisLine(look), axisTick: { alignWithLabel: true } },
    yAxis: valueAxis(look, data.unit, { inverse: Boolean(data.reverse), min: data.reverse ? 1 : undefined, interval: data.reverse && ranks <= 20 ? 1 : undefined, scale: !data.reverse }),
    tooltip: tooltip(look, { trigger: "item", formatter: (found) => tip(found.name, [{ colour: found.color, name: found.seriesName, value: `${found.value} ${unitText(data.unit)}` }]) }),
    series: data.series.map((one) => {
      if (!faded(one)) coloured += 1;
      const colour = faded(one) ? "#9aa7b5" : line(look, coloured);
      return {
        type: "line", name: one.name, data: one.values, connectNulls: false, z: faded(one) ? 2 : 4,
        symbol: faded(one) ? "circle" : symbol(coloured), symbolSize: faded(one) ? 4 : 7,
        itemStyle: { color: colour }, lineStyle: { color: colour, width: faded(one) ? 1 : 2.4, type: faded(one) ? "solid" : dash(coloured) },
        endLabel: { show: true, formatter: "{a}", color: faded(one) ? look.soft : colour, fontSize: look.size, fontWeight: faded(one) ? 400 : 600, distance: 6 },
        labelLayout: { moveOverlap: "shiftY" }, emphasis: { focus: "series" },
      };
    }),
  };
}

export function scatterOption(data, look) {
  const groups = [...new Set(data.points.map(({ group }) => group ?? ""))];
  const xs = data.points.map(({ x }) => x);
  const least = (list) => Math.min(0, ...list);
  const ends = [least(xs), Math.max(...xs)];
  const lines = [];
  if (data.diagonal) lines.push({ name: say("相等", "equal"), slope: 1, intercept: 0, type: "dotted" });
  if (data.line) lines.push({ name: data.line.label, ...data.line, type: "solid" });
  const axis = ({ title, unit }) => `${lowered(title)}${unit ? ` (${unitText(unit)})` : ""}`;
  return {
    ...frame(look),
    legend: legend(look, groups.filter(Boolean), { itemWidth: 12 }),
    grid: { left: edge(look) + 46, right: edge(look) + 20, top: top(look) + (groups.length > 1 ? 50 : 28), bottom: bottom(look) + 44 },
    xAxis: valueAxis(look, "", { name: axis(data.x), nameLocation: "middle", nameGap: 26, nameTextStyle: { color: look.soft }, min: least(xs), axisLine: axisLine(look) }),
    yAxis: valueAxis(look, "", { name: axis(data.y), min: least(data.points.map(({ y }) => y)) }),
    tooltip: tooltip(look, { trigger: "item", formatter: ({ data: point }) => tip(point.name, [{ name: lowered(data.x.title), value: `${point.value[0]} ${unitText(data.x.unit)}` }, { name: lowered(data.y.title), value: `${point.value[1]} ${unitText(data.y.unit)}` }]) }),
    series: [
      ...groups.map((group, i) => ({
        type: "scatter", name: group, symbol: symbol(i), symbolSize: data.points.length > 400 ? 5 : 9,
        itemStyle: { color: line(look, i), opacity: data.points.length > 400 ? 0.6 : 0.9 },
        data: data.points.filter((p) => (p.group ?? "") === group).map(({ x, y, name, href }) => ({ value: [x, y], name: name ?? "", href })),
      })),
      ...lines.map(({ name, slope, intercept, type }) => ({
        type: "line", name, silent: true, symbol: "none", data: ends.map((x) => [x, slope * x + intercept]),
        lineStyle: { color: look.soft, width: 1.4, type }, endLabel: { show: true, formatter: name, color: look.soft, fontSize: look.size, align: "right", offset: [-4, -10] },
      })),
    ],
  };
}
