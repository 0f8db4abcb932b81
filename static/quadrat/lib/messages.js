// @ts-check
/** Messages over a task page: read without leaving the photo. */
import { request } from "./http.js";

/** @param {SubmitEvent} event */
async function read(event) {
  const form = /** @type {HTMLFormElement} */ (event.target);
  event.preventDefault();
  form.closest("[data-message]")?.remove();
  document.getElementById("stage")?.focus({ preventScroll: true });
  // what cannot be noted now is shown again with the next page
  await request("POST", form.action);
}

for (const form of document.querySelectorAll("[data-message] form"))
  form.addEventListener("submit", (event) => void read(/** @type {SubmitEvent} */ (event)));
