// @ts-check

import { byId, dialog } from "./dom.js";

/** The instructions, opened at the keys. */
export function showKeys() {
  dialog("instructions").showModal();
  const keys = /** @type {HTMLDetailsElement} */ (byId("keys"));
  keys.open = true;
  keys.querySelector("summary")?.focus();
  keys.scrollIntoView({ block: "start" });
}
