// @ts-check
/** Keeps a campaign's figures as they are on the server, while somebody looks at them. */
import { setText } from "../lib/dom.js";
import { request } from "../lib/http.js";

const EVERY_MS = 10_000;

/**
 * @typedef {{texts: Record<string, string>, bar: {retired: number, disputed: number}, last_answer: {text: string, at: string}}} Figures
 */

/** @param {HTMLElement} page */
async function look(page) {
  if (document.hidden) return;
  const { status, body } = await request("GET", page.dataset.live ?? "");
  if (status === 200) show(body);
}

/** @param {Figures} figures */
export function show({ texts, bar, last_answer }) {
  const all = { ...texts, last_answer: last_answer.text };
  for (const [name, text] of Object.entries(all)) {
    for (const place of document.querySelectorAll(`[data-figure="${name}"]`)) setText(place, text);
  }
  const last = document.querySelector('[data-figure="last_answer"]');
  if (last_answer.at) last?.setAttribute("title", last_answer.at);
  const finished = document.querySelector(".big-bar .bar-finished");
  const disputed = document.querySelector(".big-bar .bar-disputed");
  finished?.setAttribute("width", String(bar.retired));
  disputed?.setAttribute("x", String(bar.retired));
  disputed?.setAttribute("width", String(bar.disputed));
}

/** @type {HTMLElement | null} */
const page = document.querySelector("[data-live]");
if (page) {
  setInterval(() => void look(page), EVERY_MS);
  document.addEventListener("visibilitychange", () => void look(page));
}
