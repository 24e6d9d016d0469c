/**
 * The wind rose: how often the wind comes from each sector, by class of speed or of a pollutant.
 *
 * windrose: {unit: "%", sectors: 16, classes: [{name, values: [share of hours from each sector,
 *   from north clockwise]}], calm: share, centre: "text"}.
 */
import { chinese, say } from "../words.js";
import { bottom, edge, frame, legend, lowered, tip, tooltip, top } from "./look.js";

const NAMES = {
  zh: ["北", "北东北", "东北", "东东北", "东", "东东南", "东南", "南东南", "南", "南西南", "西南", "西西南", "西", "西西北", "西北", "北西北"],
  en: ["N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE", "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW"],
};
const BLUES = ["#d3e3f3", "#9dc3e6", "#5b9bd5", "#2a6fb0", "#12477e", "#07284c"];

export function windroseOption(data, look) {
  const every = 16 / data.sectors;
  const sectors = NAMES[chinese ? "zh" : "en"].filter((_, i) => i % every === 0);
  const names = data.classes.map(({ name }) => name);
  const shade = (i) => BLUES[Math.min(BLUES.length - 1, Math.round((i * (BLUES.length - 1)) / Math.max(1, names.length - 1)))];
  return {
    ...frame(look),
    legend: legend(look, names, { show: true, orient: look.narrow ? "horizontal" : "vertical", type: "plain", itemGap: 8, left: edge(look), top: top(look), itemWidth: 14 }),
    polar: { radius: look.narrow ? "62%" : "72%", center: ["50%", look.narrow ? "60%" : "52%"] },
    angleAxis: { type: "category", data: sectors, startAngle: 90 + 180 / data.sectors, boundaryGap: true, axisLabel: { color: look.ink, fontSize: look.size, formatter: (name, i) => (look.narrow && i % 2 ? "" : name) }, axisLine: { lineStyle: { color: look.axis } }, axisTick: { show: false }, splitLine: { show: false } },
    radiusAxis: { axisLabel: { color: look.soft, fontSize: 11, formatter: `{value}${data.unit === "%" ? "%" : ""}` }, axisLine: { show: false }, axisTick: { show: false }, splitLine: { lineStyle: { color: look.line } }, splitNumber: 4 },
    tooltip: tooltip(look, { trigger: "item", formatter: (found) => tip(found.name, [{ colour: found.color, name: lowered(found.seriesName), value: `${found.value} ${data.unit}` }]) }),
    series: data.classes.map(({ name, values }, i) => ({
      type: "bar", name, stack: "rose", coordinateSystem: "polar", data: values, barCategoryGap: "18%",
      itemStyle: { color: shade(i), borderColor: "#33506b", borderWidth: 0.5 },
    })),
    graphic: data.calm === undefined ? [] : [{ type: "text", right: edge(look), bottom: bottom(look) + 4, style: { text: `${say("静风", "Calm")} ${data.calm} ${data.unit}`, fill: look.soft, fontSize: look.size, fontFamily: look.font } }],
  };
}
