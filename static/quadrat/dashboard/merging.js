// @ts-check
/** Tells how far the consensus has followed a decision about a worker's answers, until it has. */
import { request } from "../lib/http.js";

const EVERY_MS = 4000;

/** Show the server's words. @param {HTMLElement} place @param {string} html */
export function show(place, html) {
  const { body } = new DOMParser().parseFromString(html, "text/html");
  // equal words are not said again by screen readers
  if (place.textContent?.trim() !== body.textContent?.trim()) place.replaceChildren(...body.childNodes);
}

/** @param {HTMLElement} place */
async function look(place) {
  const { status, body } = await request("GET", place.dataset.merging ?? "");
  if (status === 200) show(place, body.html);
  if (!body?.is_over) setTimeout(() => void look(place), EVERY_MS);
}

/** @type {HTMLElement | null} */
const place = globalThis.document?.querySelector("[data-merging]") ?? null;
if (place) setTimeout(() => void look(place), EVERY_MS);
