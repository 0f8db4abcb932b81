// @ts-check
/** Follows a forecast that is being simulated; with every further campaign the page is renewed. */
import { request } from "../lib/http.js";

const EVERY_MS = 1500;
const HIDDEN_MS = 10_000;

/** @param {HTMLElement} card */
async function look(card) {
  const { status, body } = await request("GET", card.dataset.watch ?? "");
  const shown = Number(card.querySelector("[data-done]")?.textContent);
  const isNews = status === 200 && (body.state !== "running" || body.n_runs > shown);
  if (isNews) location.reload();
  else setTimeout(() => void look(card), document.hidden ? HIDDEN_MS : EVERY_MS);
}

/** @type {HTMLElement | null} */
const card = document.querySelector("[data-watch]");
if (card) setTimeout(() => void look(card), EVERY_MS);
