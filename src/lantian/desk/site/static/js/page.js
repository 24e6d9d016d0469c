/** Every page: htmx, dialogs, ticks, copying, keys, the state of the connection. */
import htmx from "../vendor/htmx/htmx.esm.min.js";
import { clock, icon, make, say, toast } from "./words.js";

const reads = (root) => (selector) => [...root.querySelectorAll(selector)];
const find = reads(document);

/* Pictures are fetched only where a page has one. */
async function draw(root) {
  fit();
  if (root.querySelector("[data-chart]")) (await import("./charts.js")).drawCharts(root);
  if (root.querySelector("[data-map], [data-shape]")) (await import("./map.js")).drawMaps(root);
}

/* htmx: token, errors, connection. */
const token = () => document.querySelector("meta[name=csrf-token]")?.content ?? "";
let lostSince = null;
let heardAt = new Date();

function showConnection() {
  const line = document.getElementById("connection");
  if (!line) return;
  line.hidden = lostSince === null;
  if (lostSince === null) return;
  line.textContent = say(
    `连接中断，自 ${clock(lostSince)} 起；页面内容更新至 ${clock(heardAt)}。`,
    `Connection lost since ${clock(lostSince)}; the page is as of ${clock(heardAt)}.`,
  );
}

function lost() {
  lostSince ??= new Date();
  showConnection();
}

function heard() {
  heardAt = new Date();
  lostSince = null;
  showConnection();
  for (const line of find("[data-clock]")) line.textContent = clock(heardAt);
}

/* What a page asks by itself is no sign that somebody is there: the session may end meanwhile. */
const POLLING = "X-Lantian-Polling";
const ALIVE_S = 60;

document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  if (["every", "load"].includes(ctx.sourceEvent?.type)) ctx.request.headers[POLLING] = "1";
  if (!["GET", "HEAD"].includes(ctx.request.method.toUpperCase())) ctx.request.headers["X-CSRFToken"] = token();
});
document.addEventListener("htmx:before:response", heard);
document.addEventListener("htmx:before:swap", (event) => {
  const { ctx } = event.detail;
  if (ctx.response && ctx.response.raw?.status >= 400 && ctx.response.raw.status !== 422) {
    event.preventDefault();
    toast(say(`操作未成功（${ctx.response.raw.status}）。请刷新页面后重试。`, `That did not work (${ctx.response.raw.status}). Reload the page and try again.`), "error");
  }
});
document.addEventListener("htmx:error", ({ detail }) => {
  if (!detail.ctx?.response) lost();
});
document.addEventListener("htmx:after:swap", () => {
  draw(document);
  /* A page that waits for a job is loaded anew when the job is over. */
  if (find("[data-until-over] .progress:not([hx-get])").length) location.reload();
});
window.addEventListener("offline", lost);
window.addEventListener("online", () => {
  if (find("[hx-trigger*=every]").length) return; // the next renewal says whether the server answers
  lostSince = null;
  showConnection();
});

/* Dialogs, ticks, copying. */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = make("textarea", { class: "unseen" });
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    if (!done) return toast(say("浏览器不允许复制，请手工选择文字。", "The browser refused to copy; select the text yourself."), "error");
  }
  return toast(say("已复制，可粘贴到群聊。", "Copied; paste it into the chat."));
}

async function share(url) {
  const answer = await fetch(url, { headers: { Accept: "text/plain" } }).catch(() => null);
  if (!answer?.ok) return toast(say("未能取得群消息文字，请稍后再试。", "The text of the message did not come; try again later."), "error");
  return copy(await answer.text());
}

async function print() {
  if (document.querySelector("[data-chart]")) await (await import("./charts.js")).drawAll();
  window.print();
}

const clicks = {
  "[data-opens]": (button) => document.getElementById(button.dataset.opens)?.showModal(),
  "[data-closes]": (button) => button.closest("dialog")?.close(),
  "[data-copy]": (button) => {
    const source = document.getElementById(button.dataset.copy);
    copy(source.value ?? source.textContent.trim());
  },
  "[data-share]": (button) => share(button.dataset.share),
  "[data-print]": print,
  "[data-back]": () => window.history.back(),
};

document.addEventListener("click", (event) => {
  for (const [selector, act] of Object.entries(clicks)) {
    const button = event.target.closest(selector);
    if (button) act(button);
  }
  for (const drop of find("details.drop[open]")) if (!drop.contains(event.target)) drop.open = false;
});

function count(form) {
  const ticked = form.querySelectorAll(".is-tick input[name]:checked").length;
  for (const line of reads(form)("[data-tick-count]")) line.textContent = line.dataset.text.replace("#", ticked);
}

document.addEventListener("change", ({ target }) => {
  const form = target.form;
  if (target.matches("[data-tick-all]")) {
    const scope = form ?? target.closest("table");
    for (const box of reads(scope)(`.is-tick input[name="${target.dataset.tickAll}"]`)) box.checked = target.checked;
  }
  if (form && target.closest(".is-tick")) count(form);
  if (target.matches("[data-submits]")) form?.requestSubmit();
  if (target.dataset.largest && target.files[0]?.size > Number(target.dataset.largest)) {
    const most = Number(target.dataset.largest) >> 20;
    toast(say(`文件大于 ${most} MB，请换一个较小的文件。`, `The file is larger than ${most} MB; take a smaller one.`), "error");
    target.value = "";
  }
});

/* A table that fits needs no scrolling of its own; its header then stays below the bar. */
const fitting = new ResizeObserver((seen) => {
  for (const { target } of seen) target.classList.toggle("table-wrap-fits", target.firstElementChild.scrollWidth <= target.clientWidth + 1);
});
const fit = () => find(".table-wrap").forEach((wrap) => fitting.observe(wrap));

/* A form that was changed asks before it is left. */
const changed = new Set();
document.addEventListener("input", ({ target }) => target.form?.matches("[data-guard]") && changed.add(target.form));
document.addEventListener("submit", ({ target }) => changed.delete(target));
window.addEventListener("beforeunload", (event) => changed.size && event.preventDefault());

/* Keys: ? help, / search, g then a letter goes where data-key says, Esc closes. */
let leader = "";
const typing = (node) => node.matches("input, textarea, select, [contenteditable]");

function pressed(key) {
  const name = leader ? `${leader} ${key}` : key;
  leader = key === "g" && !leader ? "g" : "";
  if (name === "?") return document.getElementById("keys")?.showModal();
  if (name === "/") return (document.getElementById("search") ?? document.querySelector("input[type=search]"))?.focus();
  return document.querySelector(`[data-key="${CSS.escape(name)}"]`)?.click();
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    for (const drop of find("details.drop[open]")) drop.open = false;
    if (location.hash === "#nav") location.hash = "main";
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (event.key === "/" || event.key === "?") event.preventDefault();
  pressed(event.key);
});

function listKeys() {
  const list = document.getElementById("keys-list");
  for (const target of find("[data-key]")) {
    const keys = target.dataset.key.split(" ").flatMap((key) => [make("kbd", {}, key), " "]);
    list?.append(make("tr", {}, make("td", {}, ...keys), make("td", {}, target.dataset.keyTitle ?? target.textContent.trim())));
  }
}

/* A long wait shows which button is at work, and a form is sent once. */
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method === "dialog") return;
  const button = event.submitter;
  if (!button || event.target.method !== "post") return;
  setTimeout(() => {
    button.disabled = true;
    button.prepend(icon("clock"));
  });
});
window.addEventListener("pageshow", (event) => event.persisted && find("button:disabled").forEach((b) => (b.disabled = false)));

/* A page that stands open when its session has ended is cleared away. */
async function left() {
  const answer = await fetch(document.body.dataset.alive, { redirect: "manual", headers: { [POLLING]: "1" } }).catch(() => null);
  if (answer?.type !== "opaqueredirect") return;
  changed.clear();
  location.replace(location.pathname + location.search);
}

if (document.body.dataset.alive) setInterval(left, ALIVE_S * 1000);
listKeys();
for (const box of find("[data-focus]")) box.focus();
draw(document);
