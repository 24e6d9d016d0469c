/**
 * The wall: its screens by turns, for weeks, without a hand.
 *
 * Each turn fetches one fragment and puts it in; charts that leave are let go by charts.js, the
 * map is made once and brought up to date. When no answer comes, what stands stays, and a line
 * says since when and how old it is; the wall tries again by itself. Keys: space pauses, the
 * arrows turn.
 */
import htmx from "../vendor/htmx/htmx.esm.min.js";
import { say } from "./words.js";

const RETRY_S = 10;
const SIGNED_OUT_S = 30;
const ANSWER_S = 20;

const wall = document.querySelector("[data-wall]");
const steps = [...document.querySelectorAll("[data-step]")];
const state = document.querySelector("[data-wall-state]");
const paused = document.querySelector("[data-wall-paused]");
const place = document.getElementById("wall-screen");
const map = document.querySelector("[data-wall-map]");
const seconds = Number(wall.dataset.seconds);

let shown = read(place.innerHTML);
let heardAt = Date.now();
/** What the server's clock reads more than ours, zone and error: all times told are the server's. */
let ahead = shown.now - heardAt;
let trouble = null;
let still = false;
let turning = false;
let timer = 0;

/** Which screen and page a fragment is; null for what is none. */
function read(text) {
  const [, screen, page, pages, now] = text.match(/data-screen="(\w+)" data-page="(\d+)" data-pages="(\d+)" data-now="([^"]+)"/) ?? [];
  return screen ? { screen, page: Number(page), pages: Number(pages), now: Date.parse(`${now}Z`) } : null;
}

/** Address of the screen `by` turns from the one shown; 0 is that one, renewed. */
function beside(by) {
  const at = steps.findIndex((step) => step.dataset.step === shown.screen);
  const page = shown.page + by;
  if (page >= 1 && page <= shown.pages) return address(steps[at], page);
  return address(steps[(at + by + steps.length) % steps.length], 1);
}

function address(step, page) {
  const url = new URL(step.dataset.url, window.location.href);
  url.searchParams.set("page", page);
  return url;
}

const clock = (at) => new Date(at + ahead).toISOString().slice(0, 16).replace("T", " ");
const age = () => Math.max(0, Math.floor((Date.now() - heardAt) / 60_000));
const minutes = (n) => (n < 60 ? say(`${n} 分钟`, `${n} min`) : say(`${Math.floor(n / 60)} 小时 ${n % 60} 分钟`, `${Math.floor(n / 60)} h ${n % 60} min`));
const hour = (at) => clock(at).slice(-5);

function sentence({ kind, since, status }) {
  const old = say(`画面为 ${clock(heardAt)} 的数据（${minutes(age())}前）`, `The screen is as of ${clock(heardAt)} (${minutes(age())} ago)`);
  if (kind === "signed-out") return say(`登录已于 ${hour(since)} 结束，${old}。请在此机重新登录，登录后自动继续。`, `The sign-in ended at ${hour(since)}. ${old}. Sign in again on this machine; the wall goes on by itself.`);
  if (kind === "refused") return say(`此账号已无权查看大屏，自 ${hour(since)} 起。${old}。`, `This account may no longer see the wall, since ${hour(since)}. ${old}.`);
  if (kind === "failed") return say(`服务器出错（${status}），自 ${hour(since)} 起。${old}，正在重试。`, `The server fails (${status}), since ${hour(since)}. ${old}. Trying again.`);
  return say(`连接中断，自 ${hour(since)} 起。${old}，正在重试。`, `Connection lost since ${hour(since)}. ${old}. Trying again.`);
}

function tell() {
  state.hidden = trouble === null;
  document.body.toggleAttribute("data-wall-lost", trouble !== null);
  if (trouble === null) return;
  const [text, link] = state.children;
  const said = sentence(trouble);
  if (text.textContent !== said) text.textContent = said;
  link.hidden = trouble.kind !== "signed-out";
}

/** The trouble that an answer without a screen means. */
function meant(answer) {
  if (answer.type === "opaqueredirect") return { kind: "signed-out" };
  return answer.status === 403 ? { kind: "refused" } : { kind: "failed", status: answer.status };
}

async function asked(url) {
  try {
    const answer = await fetch(url, { redirect: "manual", headers: { Accept: "text/html" }, signal: AbortSignal.timeout(ANSWER_S * 1000) });
    const text = answer.ok ? await answer.text() : "";
    // What answers in the server's place, as a proxy does, sends no screen.
    const found = read(text) ? null : meant(answer);
    return { found, text };
  } catch {
    return { found: { kind: "lost" }, text: "" };
  }
}

async function put(text) {
  await htmx.swap({ target: place, sourceElement: place, text, swap: "innerHTML" });
  shown = read(text);
  for (const step of steps) {
    if (step.dataset.step === shown.screen) step.setAttribute("aria-current", "true");
    else step.removeAttribute("aria-current");
  }
  map?.toggleAttribute("inert", shown.screen !== "map");
  if (map && shown.screen === "map") await (await import("./map.js")).renewMap(map.querySelector("[data-map]"));
}

/** Fetch and show a screen, then wait for the next: one at a time, whatever happens. */
async function turn(url) {
  if (turning) return;
  turning = true;
  wall.setAttribute("aria-busy", "true");
  clearTimeout(timer);
  let wait = seconds;
  try {
    const { found, text } = await asked(url);
    if (found) {
      trouble = { since: trouble?.kind === found.kind ? trouble.since : Date.now(), ...found };
      wait = found.kind === "signed-out" ? SIGNED_OUT_S : Math.min(seconds, RETRY_S);
    } else {
      trouble = null;
      heardAt = Date.now();
      ahead = read(text).now - heardAt;
      for (const line of document.querySelectorAll("[data-clock]")) line.textContent = clock(heardAt);
      await put(text);
    }
  } catch (error) {
    trouble = { kind: "failed", since: Date.now(), status: error.message };
  } finally {
    tell();
    turning = false;
    wall.removeAttribute("aria-busy");
    timer = setTimeout(next, wait * 1000);
  }
}

/** Paused, the same page is renewed; after trouble too, so that none is skipped. */
function next() {
  turn(beside(still || trouble ? 0 : 1));
}

function pause() {
  still = !still;
  paused.hidden = !still;
}

const keys = { " ": pause, ArrowRight: () => turn(beside(1)), ArrowLeft: () => turn(beside(-1)) };

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("dialog[open], button") || !(event.key in keys)) return;
  event.preventDefault();
  keys[event.key]();
});

for (const step of steps) {
  step.addEventListener("click", () => {
    step.blur();
    turn(address(step, 1));
  });
}

setInterval(tell, 15_000);
timer = setTimeout(next, seconds * 1000);
