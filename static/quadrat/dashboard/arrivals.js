// @ts-check
/** Follows photographs that arrive and copies that are made; when all is done, the page is loaded again. */
import { request } from "../lib/http.js";

const EVERY_MS = 4000;
const HIDDEN_MS = 30_000;

/** @param {HTMLElement} page */
async function look(page) {
  const { status, body } = await request("GET", page.dataset.watch ?? "");
  if (status === 200) show(body.counts);
  if (status === 200 && !body.is_moving) location.reload();
  else setTimeout(() => void look(page), document.hidden ? HIDDEN_MS : EVERY_MS);
}

/** @param {Record<string, number>} counts */
function show(counts) {
  for (const [name, n] of Object.entries(counts)) {
    for (const place of document.querySelectorAll(`[data-count="${name}"]`)) place.textContent = n.toLocaleString("en");
    const bar = /** @type {HTMLProgressElement | null} */ (document.querySelector(`[data-progress="${name}"]`));
    if (bar) bar.value = n;
  }
}

/** @type {HTMLElement | null} */
const page = document.querySelector("[data-watch]");
if (page) setTimeout(() => void look(page), EVERY_MS);
