// @ts-check
/** Which workers' boxes are seen over the photo: a tick each, and pointing at one isolates it. */

/** @type {NodeListOf<HTMLInputElement>} */
const toggles = document.querySelectorAll("[data-layer-toggle]");
/** @type {NodeListOf<SVGElement>} */
const layers = document.querySelectorAll(".overlay [data-layer]");

function show() {
  const shown = new Set([...toggles].filter((box) => box.checked).map((box) => box.dataset.layerToggle));
  for (const layer of layers) layer.classList.toggle("is-off", !shown.has(layer.dataset.layer));
}

/** Dim every worker but one; null brings all back. @param {string|null} name */
function isolate(name) {
  for (const layer of layers) {
    const other = layer.dataset.layer !== name && layer.dataset.layer !== "consensus";
    layer.classList.toggle("is-dim", name !== null && other);
  }
}

/** @param {string|undefined} which "all", or the one layer to leave on */
function tick(which) {
  for (const box of toggles) box.checked = which === "all" || box.dataset.layerToggle === which;
  show();
}

for (const box of toggles) box.addEventListener("change", show);

/** @type {NodeListOf<HTMLElement>} */
const buttons = document.querySelectorAll("[data-show]");
for (const button of buttons) button.addEventListener("click", () => tick(button.dataset.show));

/** @type {NodeListOf<HTMLElement>} */
const names = document.querySelectorAll("[data-layer-name]");
for (const name of names) {
  const letter = name.dataset.layerName ?? null;
  for (const start of ["pointerenter", "focusin"]) name.addEventListener(start, () => isolate(letter));
  for (const end of ["pointerleave", "focusout"]) name.addEventListener(end, () => isolate(null));
}

show(); // a browser that goes back restores the ticks
