// @ts-check
/** Cards lie over the stage, one at a time: every state without a photo has its own. */
import { announce } from "./announce.js";
import { say, setText } from "./dom.js";

/** The card's name, or null for the photo. @param {string|null} name @param {Record<string, string|number>} [values] */
export function showCard(name, values = {}) {
  document.body.dataset.card = name ?? "";
  for (const card of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".note"))) {
    card.hidden = card.id !== `note-${name}`;
    if (!card.hidden) fill(card, values);
  }
}

export const currentCard = () => document.body.dataset.card;

/** @param {HTMLElement} card @param {Record<string, string|number>} values */
function fill(card, values) {
  for (const slot of /** @type {NodeListOf<HTMLElement>} */ (card.querySelectorAll("[data-say]"))) {
    const key = slot.dataset.say ?? "";
    setText(slot, key === "detail" ? String(values.detail ?? "") : say(key, values));
  }
  const heading = card.querySelector("h2");
  if (heading && card.id !== "note-loading") announce(heading.textContent ?? "");
  /** @type {HTMLElement|null} */ (card.querySelector("button, a"))?.focus();
}
