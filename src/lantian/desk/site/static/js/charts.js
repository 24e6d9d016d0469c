/**
 * Charts: each <figure data-chart="KIND" data-src="URL"> is drawn when it comes into sight.
 *
 * KIND is series, diurnal, calendar, bars, trajectory, scatter, scan or windrose; the JSON that each
 * expects stands at the head of its file in chart/. `data-src` may be "#id" of a json_script
 * element. Any data may add describe (a sentence for readers of the screen), note (printed in
 * exported pictures) and empty (what to say instead of drawing nothing). Buttons inside with
 * data-save="png" or "svg" save the picture, with its title, to a file.
 */
import { calendarHeight, calendarOption } from "./chart/calendar.js";
import { barsHeight, barsOption, scatterOption, trajectoryOption } from "./chart/compare.js";
import { enlarged, lookAt } from "./chart/look.js";
import { windroseOption } from "./chart/rose.js";
import { scanOption } from "./chart/scan.js";
import { diurnalOption, seriesOption, seriesText } from "./chart/series.js";
import { chinese, clock, fetchJson, icon, make, say, toast } from "./words.js";

const KINDS = {
  series: { option: seriesOption, says: seriesText, rows: (data) => data.series.length && data.series[0].values.length },
  diurnal: { option: diurnalOption, says: seriesText, rows: (data) => data.series.length },
  calendar: { option: calendarOption, height: calendarHeight, rows: (data) => data.days.length },
  bars: { option: barsOption, height: barsHeight, rows: (data) => data.items.length },
  trajectory: { option: trajectoryOption, says: seriesText, rows: (data) => data.series.length },
  scatter: { option: scatterOption, rows: (data) => data.points.length },
  scan: { option: scanOption, rows: (data) => data.columns, painted: true },
  windrose: { option: windroseOption, rows: (data) => data.classes.length },
};

/** Pictures on the page: figure → {chart, data, sized}. */
const drawn = new Map();
const waiting = new WeakSet();
const library = () => import("../vendor/echarts/echarts.esm.min.mjs");
const locale = chinese ? "ZH" : "EN";

function places(figure) {
  let box = figure.querySelector(".chart");
  if (!box) {
    box = make("div", { class: "chart" }, make("div", { class: "chart-canvas", role: "img", "aria-label": figure.dataset.title ?? "" }));
    figure.append(box);
  }
  return { box, canvas: box.querySelector(".chart-canvas") };
}

function tell(box, kind, ...content) {
  box.querySelector(".chart-wait, .chart-empty, .chart-error")?.remove();
  if (content.length) box.append(make("div", { class: `chart-${kind}`, ...(kind === "error" ? { role: "alert" } : {}) }, ...content));
}

async function load(figure) {
  const { src } = figure.dataset;
  return src.startsWith("#") ? JSON.parse(document.querySelector(src).textContent) : fetchJson(src);
}

async function draw(figure) {
  const { box, canvas } = places(figure);
  const kind = KINDS[figure.dataset.chart];
  try {
    if (!kind) throw new Error(say(`没有这种图：${figure.dataset.chart}`, `There is no chart of kind ${figure.dataset.chart}`));
    const [data, echarts] = await Promise.all([load(figure), library()]);
    if (!figure.isConnected) return;
    if (!kind.rows(data)) return tell(box, "empty", make("p", {}, data.empty ?? say("所选时段没有数据。", "There are no data in this period.")));
    show(figure, kind, data, echarts, box, canvas);
  } catch (error) {
    const again = make("button", { type: "button", class: "button" }, icon("refresh"), say("重试", "Try again"));
    again.addEventListener("click", () => {
      tell(box, "wait", say("图表加载中…", "Loading the chart…"));
      draw(figure);
    });
    tell(box, "error", make("p", {}, error.message), again);
  }
}

function show(figure, kind, data, echarts, box, canvas) {
  const times = enlarged();
  const size = () => ({ width: (canvas.clientWidth || 600) / times, height: box.clientHeight / times });
  const lookNow = () => lookAt(size().width, size().height);
  const stretch = () => kind.height && (box.style.height = `${kind.height(look, data) * times}px`);
  let look = lookNow();
  stretch();
  const many = kind.painted || times === 1 && (data.series ?? []).reduce((sum, { values }) => sum + values.length, data.points?.length ?? 0) > 2000;
  const chart = echarts.init(canvas, null, { renderer: many ? "canvas" : "svg", locale, ...(times === 1 ? {} : size()) });
  if (times !== 1) Object.assign(canvas.firstElementChild.style, { transform: `scale(${times})`, transformOrigin: "0 0" });
  chart.setOption(kind.option(data, look));
  chart.on("click", ({ data: point }) => point?.href && window.location.assign(point.href));
  canvas.setAttribute("aria-label", data.describe ?? [figure.dataset.title, kind.says?.(data)].filter(Boolean).join("："));
  tell(box, "wait");
  const sized = new ResizeObserver(() => {
    const next = lookNow();
    if (next.width === look.width) return;
    look = next;
    stretch();
    chart.resize(times === 1 ? undefined : size());
    chart.setOption(kind.option(data, look), { replaceMerge: ["xAxis", "yAxis", "series", "grid"] });
  });
  sized.observe(canvas);
  drawn.set(figure, { chart, sized });
  for (const button of figure.querySelectorAll("[data-save]")) {
    button.disabled = false;
    button.onclick = () => save(figure, kind, data, echarts, button.dataset.save);
  }
}

/** The picture as a file: its own drawing, 1,200 wide, light, with title and date. */
function save(figure, kind, data, echarts, format) {
  const title = figure.dataset.title ?? document.title;
  const look = lookAt(1200, 0, { title, format, note: [data.note, `${document.title.split(" · ").at(-1)} ${clock()}`].filter(Boolean).join(" · ") });
  const height = Math.max(520, (kind.height?.(look, data) ?? 0) + 60);
  const canvas = document.createElement("canvas");
  const chart = format === "svg"
    ? echarts.init(null, null, { renderer: "svg", ssr: true, width: 1200, height, locale })
    : echarts.init(canvas, null, { renderer: "canvas", devicePixelRatio: 2, width: 1200, height, locale });
  chart.setOption(kind.option(data, { ...look, height }));
  const keep = (blob) => {
    chart.dispose();
    if (!blob) return toast(say("图片生成失败，请改存 SVG。", "The picture could not be made; save it as SVG instead."), "error");
    const link = make("a", { href: URL.createObjectURL(blob), download: `${title.replace(/[\\/:*?"<>|\s]+/g, "_")}.${format}` });
    link.click();
    return setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  };
  if (format === "svg") return keep(new Blob([chart.renderToSVGString()], { type: "image/svg+xml" }));
  return chart.getZr().flush(), canvas.toBlob(keep, "image/png");
}

/** Let go of charts whose figures have left the page, so that a long night costs no memory. */
function dropGone() {
  for (const [figure, { chart, sized }] of drawn) {
    if (figure.isConnected) continue;
    sized.disconnect();
    chart.dispose();
    drawn.delete(figure);
  }
}

const seen = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) continue;
    seen.unobserve(target);
    draw(target);
  }
}, { rootMargin: "300px" });

/** Draw what is not in sight too, before the page is printed. */
export async function drawAll() {
  const left = [...document.querySelectorAll("[data-chart]")].filter((figure) => !drawn.has(figure));
  for (const figure of left) seen.unobserve(figure);
  await Promise.all(left.map(draw));
}

/** Draw the charts below `root` that are not drawn yet. */
export function drawCharts(root) {
  dropGone();
  for (const figure of root.querySelectorAll("[data-chart]")) {
    if (waiting.has(figure)) continue;
    waiting.add(figure);
    seen.observe(figure);
  }
}
