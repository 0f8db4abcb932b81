// @ts-check
/** Copies a link. Where the clipboard is closed (plain http), the link is selected instead. */
import { byId, setText } from "../lib/dom.js";

const SAID_MS = 2000;

/** @param {HTMLElement} button */
async function copy(button) {
  const field = /** @type {HTMLInputElement} */ (byId(button.dataset.copy ?? ""));
  field.select();
  let said = "Copied";
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    said = "Press Ctrl+C";
  }
  const label = button.textContent ?? "";
  if (label === "Copy") setTimeout(() => setText(button, label), SAID_MS);
  setText(button, said);
  setText(byId("copied"), said);
}

/** @type {NodeListOf<HTMLElement>} */
const buttons = document.querySelectorAll("[data-copy]");
for (const button of buttons) button.addEventListener("click", () => void copy(button));
