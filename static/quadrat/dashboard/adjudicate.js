// @ts-check
/**
 * Keys of the page on which organizers decide. Each presses what carries its name in `data-key`,
 * so nothing can be done by key alone. The next photo is fetched ahead.
 */

/** Keys that belong to a control in focus. @param {EventTarget|null} target */
const isTyping = (target) => target instanceof Element && target.matches("input, select, textarea");

/** @param {string} key @returns {HTMLElement|null} */
const holder = (key) => document.querySelector(`[data-key="${CSS.escape(key)}"]`);

/** @param {KeyboardEvent} event */
function pressed(event) {
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const found = holder(key);
  if (!found && key !== "e") return;
  event.preventDefault();
  if (!found) focusFirst("[data-first]");
  else found.click();
  if (key === "x") focusFirst(".exclude[open] input[type=radio]");
}

/** @param {string} selector */
function focusFirst(selector) {
  /** @type {HTMLElement|null} */ (document.querySelector(selector))?.focus();
}

/** Enter in the line for reasons would press the first button; a decision is pressed on purpose. @param {KeyboardEvent} event */
function held(event) {
  if (event.key === "Enter" && isTyping(event.target)) event.preventDefault();
}

/** A form is sent once. @param {Event} event */
function sent(event) {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (form.dataset.isSent) event.preventDefault();
  form.dataset.isSent = "true";
}

addEventListener("keydown", pressed);
addEventListener("submit", sent);
// a browser that goes back shows the page as it was left
addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.isSent;
});
/** @type {HTMLElement|null} */ (document.querySelector("[data-decide]"))?.addEventListener("keydown", held);

const ahead = /** @type {HTMLElement|null} */ (document.querySelector("[data-ahead]"))?.dataset.ahead;
if (ahead) new Image().src = ahead;
