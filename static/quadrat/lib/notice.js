// @ts-check
/** Small things both task pages show beside the photo. */
import { byId, say, setText } from "./dom.js";

const SHOWN_MS = 6000;
let timer = 0;

/** A sentence over the photo, gone after a while. @param {string} text */
export function toast(text) {
  const place = byId("toast");
  clearTimeout(timer);
  setText(place, text);
  place.hidden = !text;
  timer = window.setTimeout(() => (place.hidden = true), SHOWN_MS);
}

/** Photographer and licence: open licences ask for it. @param {import("./supply.js").Assignment["image"]} image */
export function showCredit(image) {
  const licence = /** @type {HTMLAnchorElement} */ (byId("credit-licence"));
  setText(byId("credit-name"), image.credit);
  setText(licence, image.licence);
  if (image.licence_url) licence.href = image.licence_url;
  else licence.removeAttribute("href");
}

/** How many answers the server does not have yet, and why. @param {import("./outbox.js").Outbox} outbox */
export function showStatus(outbox) {
  const state = !navigator.onLine ? "offline" : outbox.state;
  byId("status").dataset.state = state;
  setText(byId("status-text"), say(`status.${state}`, { n: outbox.waiting.length }));
}
