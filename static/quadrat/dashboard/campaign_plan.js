// @ts-check
/** The plan of campaigns: the estimate follows what is ticked and filled in. */
import { effortOf, together, written } from "./estimate.js";

const form = /** @type {HTMLFormElement} */ (document.querySelector("[data-plan]"));
/** @type {NodeListOf<HTMLElement>} */
const rows = form.querySelectorAll("[data-row]");

/** @param {string} name @returns {HTMLInputElement} */
const field = (name) => /** @type {HTMLInputElement} */ (form.elements.namedItem(name));

function wishes() {
  return {
    workers: { box: field("box_workers").valueAsNumber, verify: field("verify_workers").valueAsNumber },
    price: field("price").valueAsNumber,
    isHourly: field("per").value === "hour",
    more: Number(form.dataset.more),
    limit: Number(form.dataset.most),
  };
}

function isWhole() {
  return ["box_workers", "verify_workers", "price"].every((name) => field(name).checkValidity() && field(name).value);
}

/** @param {ParentNode} where @param {string} mark @param {Record<string, string>} words */
function fill(where, mark, words) {
  for (const [name, text] of Object.entries(words)) {
    for (const place of where.querySelectorAll(`[data-${mark}="${name}"]`)) place.textContent = text;
  }
}

function follow() {
  const create = /** @type {HTMLButtonElement} */ (form.querySelector("[data-create]"));
  const ticked = [...rows].filter((row) => row.querySelector("input")?.checked);
  create.disabled = !ticked.length;
  fill(document, "total", { campaigns: String(ticked.length) });
  for (const end of form.querySelectorAll("[data-plural]")) end.textContent = ticked.length === 1 ? "" : "s";
  // a number that is being typed: what stood there stays until it is one again
  if (!isWhole()) return;
  const now = wishes();
  const efforts = new Map(
    [...rows].map((row) => {
      const { row: kind = "", images, seconds } = row.dataset;
      return [row, effortOf({ kind, images: Number(images), seconds: Number(seconds) }, now)];
    }),
  );
  for (const [row, effort] of efforts) fill(row, "of", written(effort));
  const effort = together([...efforts].filter(([row]) => ticked.includes(row)).map(([, one]) => one));
  fill(document, "total", written(effort));
}

form.addEventListener("input", follow);
form.addEventListener("keydown", (event) => {
  // Enter in a number means "reckon with this", not "make twenty campaigns"
  if (event.key === "Enter" && event.target instanceof HTMLInputElement) event.preventDefault();
});
form.addEventListener("submit", () => {
  // tens of thousands of tasks take seconds each; a second press would only wait for the first
  const create = /** @type {HTMLButtonElement} */ (form.querySelector("[data-create]"));
  create.disabled = true;
  form.querySelector("[data-busy]")?.removeAttribute("hidden");
});
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
follow(); // a browser that goes back restores what was filled in
