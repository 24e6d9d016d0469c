/**
 * The pollution calendar: a year as months by days, each day with its number and its colour.
 *
 * calendar: {year, days: [{day: "2026-03-01", value: 87 | null, level: 2 | null, note}],
 *   levels: [{number, name, colour, ink: "dark" | "light"}]}. On a phone months run across.
 */
import { chinese, say } from "../words.js";
import { axisText, bottom, edge, frame, tip, tooltip, top } from "./look.js";

const MONTHS = Array.from({ length: 12 }, (_, m) => (chinese ? `${m + 1}月` : new Date(Date.UTC(2026, m, 1)).toLocaleString("en", { month: "short", timeZone: "UTC" })));
const DAYS = Array.from({ length: 31 }, (_, d) => String(d + 1));

/** Months up to the last that has a day: no empty rows for what is to come. */
const lastMonth = (data) => Math.max(...data.days.map(({ day }) => Number(day.slice(5, 7))));

export const calendarHeight = (look, data) => (look.narrow ? 31 * 22 : lastMonth(data) * 28) + 40;

export function calendarOption(data, look) {
  const levels = new Map(data.levels.map((level) => [level.number, level]));
  const down = look.narrow;
  const numbers = { axisLabel: { ...axisText(look), interval: 0, fontSize: down ? 10 : 12, hideOverlap: false }, axisLine: { show: false }, axisTick: { show: false }, position: "top" };
  const names = MONTHS.slice(0, lastMonth(data));
  const months = { type: "category", data: names, ...numbers };
  const days = { type: "category", data: DAYS, ...numbers };
  return {
    ...frame(look),
    grid: { left: edge(look) + (down ? 34 : 40), right: edge(look) + 4, top: top(look) + 24, bottom: bottom(look) + 4 },
    xAxis: down ? months : days,
    yAxis: { ...(down ? days : months), inverse: true, position: "left" },
    tooltip: tooltip(look, {
      formatter: ({ dataIndex }) => {
        const day = data.days[dataIndex];
        const level = levels.get(day.level);
        return tip(day.day, [{ colour: level?.colour, name: "AQI", value: day.value === null ? say("无数据", "no data") : `${day.value} · ${level?.name ?? ""}` }, ...(day.note ? [{ name: say("首要污染物", "Primary"), value: day.note }] : [])]);
      },
    }),
    series: [{
      type: "custom",
      data: data.days.map(({ day }) => {
        const [, month, number] = day.split("-").map(Number);
        return down ? [month - 1, number - 1] : [number - 1, month - 1];
      }),
      renderItem(area, api) {
        const day = data.days[area.dataIndex];
        const level = levels.get(day.level);
        const [x, y] = api.coord([api.value(0), api.value(1)]);
        const [width, height] = api.size([1, 1]);
        const text = day.value === null ? "" : String(day.value);
        return {
          type: "rect",
          shape: { x: x - width / 2 + 1, y: y - height / 2 + 1, width: width - 2, height: height - 2, r: 2 },
          style: { fill: level?.colour ?? look.ground, stroke: level ? "rgba(0,0,0,0.22)" : look.line, lineWidth: 1, lineDash: level ? null : [2, 2] },
          textContent: { style: { text, fill: level?.ink === "light" ? "#ffffff" : level ? "#000000" : look.ink, fontSize: Math.min(look.size, Math.max(9, width / 2.4)), fontFamily: look.font } },
          textConfig: { position: "inside" },
        };
      },
    }],
  };
}
