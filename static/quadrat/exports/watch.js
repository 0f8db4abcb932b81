// @ts-check
/** Follows releases that are being made; when one has ended, the page is loaded again. */
import { request } from "../lib/http.js";

const EVERY_MS = 1000;
const HIDDEN_MS = 10_000;

/** @param {HTMLElement} card */
async function look(card) {
  const { status, body } = await request("GET", card.dataset.watch ?? "");
  if (status === 200) show(card, body);
  const isBeingMade = status !== 200 || ["waiting", "running"].includes(body.state);
  if (isBeingMade) setTimeout(() => void look(card), document.hidden ? HIDDEN_MS : EVERY_MS);
  else location.reload();
}

/** @param {HTMLElement} card @param {{state: string, progress: number, stale: string}} release */
function show(card, release) {
  const bar = card.querySelector("progress");
  const percent = card.querySelector("[data-percent]");
  const words = card.querySelector("[data-state-words]");
  if (bar) bar.value = release.progress;
  if (percent) percent.textContent = `${Math.floor(100 * release.progress)} %`;
  if (words) words.textContent = release.state;
  const stale = card.querySelector("[data-stale]");
  const reason = release.stale && `${release.stale} The release is made once that is done.`;
  if (stale && stale.textContent !== reason) stale.textContent = reason;
}

/** @type {NodeListOf<HTMLElement>} */
const cards = document.querySelectorAll("[data-watch]");
for (const card of cards) setTimeout(() => void look(card), EVERY_MS);
