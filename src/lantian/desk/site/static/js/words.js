/** Both languages in scripts, and how numbers and times are written. */

export const chinese = !document.documentElement.lang.startsWith("en");

/** The text of the page's language. */
export const say = (zh, en) => (chinese ? zh : en);

/** "2026-03-02 08:05" of a Date. */
export function clock(at = new Date()) {
  const two = (n) => String(n).padStart(2, "0");
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** Fetch JSON, or raise an Error whose message a person can act upon. */
export async function fetchJson(url) {
  let answer;
  try {
    answer = await fetch(url, { headers: { Accept: "application/json" }, credentials: "same-origin" });
  } catch {
    throw new Error(say("网络中断，未能取得数据。", "The network is down; no data came."));
  }
  if (answer.ok) return answer.json();
  const problem = await answer.json().catch(() => ({}));
  const fix = problem.fix ? ` ${problem.fix}` : "";
  throw new Error(`${problem.what ?? say("服务器未给出数据。", "The server gave no data.")}${fix} (${answer.status})`);
}

/** An element with text or children; attributes by name, none of them style. */
export function make(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** An icon of the sprite. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${document.body.dataset.icons}#${name}`);
  svg.append(use);
  return svg;
}

/** Show a short message at the corner; errors stay until they are closed. */
export function toast(text, kind = "success") {
  const corner = document.getElementById("toasts");
  if ([...corner.querySelectorAll("p")].some((line) => line.textContent === text)) return;
  const close = make("button", { type: "button", class: "button button-small button-quiet", "aria-label": say("关闭", "Close") }, icon("close"));
  const sign = { success: "check", error: "error", warning: "warn" }[kind] ?? "info";
  const box = make("div", { class: `notice notice-${kind}` }, icon(sign), make("div", {}, make("p", {}, text)), close);
  close.addEventListener("click", () => box.remove());
  corner.append(box);
  if (kind !== "error") setTimeout(() => box.remove(), 5000);
}
