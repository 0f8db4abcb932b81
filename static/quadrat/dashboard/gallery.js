// @ts-check
/**
 * The gallery: keys walk from photo to photo and decide, a worker is seen alone on all of them.
 * A decision is one request; the card is put in place again as it is then. Whatever a key does has
 * a button or a link on the card.
 */
import { dialog } from "../lib/dom.js";
import { request } from "../lib/http.js";
import { arrange, step } from "./gallery_walk.js";

const list = /** @type {HTMLElement} */ (document.querySelector("[data-gallery]"));
const said = /** @type {HTMLElement} */ (document.querySelector("[data-said]"));
const help = /** @type {HTMLDetailsElement} */ (document.querySelector("[data-help]"));
const menu = dialog("exclude-menu");
const questions = /** @type {HTMLFormElement} */ (menu.querySelector("form"));
/** @type {HTMLElement[]} */
const cards = [...list.querySelectorAll("[data-card]")].map((card) => /** @type {HTMLElement} */ (card));
let current = cards.find((card) => `#${card.id}` === location.hash) ?? cards[0];
/** Cards in the order in which something was done on them. @type {HTMLElement[]} */
const done = [];

/** @param {HTMLElement} card @param {string} key @returns {HTMLElement|null} */
const control = (card, key) => card.querySelector(`[data-key="${key}"]`);
/** @param {HTMLElement} card */
const opener = (card) => /** @type {HTMLElement} */ (card.querySelector("[data-open]"));

/** Say it beside the photos; what went wrong is heard at once. @param {string} text @param {boolean} [isBad] */
function tell(text, isBad = false) {
  said.setAttribute("role", isBad ? "alert" : "status");
  said.classList.toggle("error", isBad);
  said.hidden = false;
  said.textContent = text;
}

/** One card's controls are in the order of Tab, so that Tab leaves the gallery soon. @param {HTMLElement} card @param {boolean} [isFocused] */
function goTo(card, isFocused = true) {
  current = card;
  arrange(cards, card);
  if (isFocused) opener(card).focus();
}

/** @param {HTMLElement} card @param {Record<string, string>} wish */
async function decide(card, wish) {
  const form = /** @type {HTMLFormElement} */ (card.querySelector("[data-deeds]"));
  if (card.dataset.isBusy) return;
  card.dataset.isBusy = "true";
  const { seen, consensus_seen } = /** @type {Record<string, string>} */ (Object.fromEntries([...new FormData(form)]));
  const { status, body } = await request("POST", form.dataset.deeds ?? "", { seen, consensus_seen, ...wish });
  delete card.dataset.isBusy;
  if (body?.card) {
    const hadFocus = card.contains(document.activeElement);
    card.innerHTML = body.card; // our own server's template, escaped there
    arrange(cards, current);
    if (hadFocus) opener(card).focus();
  }
  if (status !== 200) {
    const why = body?.detail ?? (status ? "The server could not do it." : "The server cannot be reached.");
    const more = Object.values(body?.errors ?? {}).flat().join(" ");
    tell(`${why} ${more}`.trim(), true);
    return;
  }
  tell(`${body.said} ${wish.action === "undo" ? "" : "U takes it back."}`.trim());
  if (wish.action !== "undo") done.push(card);
  if (card !== current || menu.open) return;
  const after = wish.action === "undo" ? card : cards[cards.indexOf(card) + 1] ?? card;
  goTo(after);
}

/** @param {HTMLElement} card */
async function exclude(card) {
  goTo(card, false);
  questions.reset();
  menu.returnValue = "";
  menu.showModal();
  await new Promise((end) => menu.addEventListener("close", end, { once: true }));
  opener(card).focus();
  if (menu.returnValue !== "exclude") return;
  const { ground, reason } = /** @type {Record<string, string>} */ (Object.fromEntries([...new FormData(questions)]));
  await decide(card, { action: "exclude", ground, reason });
}

/** Take back what was done last, or what was done on this photo. */
function undo() {
  const card = done.pop() ?? current;
  if (!control(card, "u")) return tell("There is nothing to take back.", true);
  goTo(card);
  void decide(card, { action: "undo" });
}

/** @param {KeyboardEvent} event */
function pressed(event) {
  const target = /** @type {Element} */ (event.target);
  const isTaken = event.ctrlKey || event.metaKey || event.altKey || event.repeat && !event.key.startsWith("Arrow");
  if (isTaken || menu.open || target.matches("input, select, textarea")) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (key.startsWith("Arrow")) {
    event.preventDefault();
    return goTo(target.closest("[data-gallery]") ? step(cards, current, key) : current);
  }
  if (key === "?") help.open = !help.open;
  else if (key === "u") undo();
  else if ("aerx".includes(key)) {
    const found = control(current, key);
    if (found) found.click();
    else tell(key === "a" ? "There is no consensus to accept here." : "This photo is decided; U takes it back.", true);
  } else return;
  event.preventDefault();
}

/** A worker's boxes alone, on every photo. @param {string|null} worker */
function isolate(worker) {
  for (const card of cards) {
    const name = /** @type {HTMLElement|null} */ (worker && card.querySelector(`[data-worker="${worker}"]`));
    for (const layer of card.querySelectorAll(".overlay [data-layer]")) {
      const { layer: of } = /** @type {SVGElement} */ (layer).dataset;
      layer.classList.toggle("is-dim", worker !== null && of !== name?.dataset.letter);
    }
  }
}

/** @param {Event} event */
const nameOf = (event) => /** @type {HTMLElement|null} */ (/** @type {Element} */ (event.target).closest("[data-worker]"));
for (const start of ["pointerover", "focusin"]) {
  list.addEventListener(start, (event) => isolate(nameOf(event)?.dataset.worker ?? null));
}
for (const end of ["pointerleave", "focusout"]) list.addEventListener(end, () => isolate(null));

list.addEventListener("focusin", (event) => {
  const card = /** @type {HTMLElement|null} */ (/** @type {Element} */ (event.target).closest("[data-card]"));
  if (card && card !== current) goTo(card, false);
});
list.addEventListener("click", (event) => {
  const pressedOn = /** @type {Element} */ (event.target).closest("[data-key='x']");
  if (!pressedOn || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  void exclude(/** @type {HTMLElement} */ (pressedOn.closest("[data-card]")));
});
list.addEventListener("submit", (event) => {
  event.preventDefault();
  const button = /** @type {HTMLButtonElement|null} */ (event.submitter);
  const card = /** @type {HTMLElement} */ (/** @type {Element} */ (event.target).closest("[data-card]"));
  if (button) void decide(card, { action: button.value });
});
addEventListener("keydown", pressed);
help.hidden = false;
arrange(cards, current);
if (location.hash === `#${current.id}`) opener(current).focus();
