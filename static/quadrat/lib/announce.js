// @ts-check
import { byId } from "./dom.js";

/** Told when the reader has time. @param {string} text */
export function announce(text) {
  put("live-polite", text);
}

/** Told at once: something needs the worker. @param {string} text */
export function alarm(text) {
  put("live-assertive", text);
}

/** The same sentence twice must be heard twice. @param {string} id @param {string} text */
function put(id, text) {
  const region = byId(id);
  region.textContent = region.textContent === text ? `${text}\u00a0` : text;
}
