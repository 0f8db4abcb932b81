// @ts-check
/**
 * The list of boxes: what the stage shows, in words and fields. For a screen reader it is the
 * drawing; for everyone it is the way to work without dragging.
 *
 * @typedef {import("./types.js").State} State
 * @typedef {import("./types.js").Box} Box
 */
import { byId, make, say, setText } from "../lib/dom.js";
import { pointerOf } from "./fingers.js";
import { onGrid } from "./geometry.js";
import { whileHeld } from "./hold.js";

const PARTS = ["left", "top", "width", "height"];

export class Panel {
  /** @param {import("./actions.js").Actions} actions */
  constructor(actions) {
    this.actions = actions;
    this.list = byId("boxes");
    this.fields = byId("fields");
    /** The box whose numbers the fields hold. @type {number|null} */
    this.filled = null;
    this.list.addEventListener("click", (event) => this.clicked(event));
    this.fields.addEventListener("change", (event) => this.typed(event));
    this.fields.addEventListener("click", (event) => this.chosen(event));
    whileHeld(this.fields, "[data-nudge]", (...held) => this.nudged(...held));
  }

  /** @param {State} state @param {State} before */
  paint(state, before) {
    const isSame = state.history === before.history && state.selected === before.selected;
    const { edge } = state;
    if (!isSame) this.fill(state);
    if (!isSame || edge !== before.edge) this.mark(edge);
    const isBegun = state.points.length > 0 || state.rubber !== null;
    byId("undo").setAttribute("aria-disabled", String(!isBegun && !state.history.past.length));
    byId("redo").setAttribute("aria-disabled", String(!state.history.future.length));
    byId("delete").setAttribute("aria-disabled", String(state.selected === null));
    byId("duplicate").setAttribute("aria-disabled", String(state.selected === null));
  }

  /** @param {State} state */
  fill({ history, selected }) {
    const active = /** @type {HTMLElement|null} */ (document.activeElement);
    const focused = active?.dataset.box;
    const n = history.present.length;
    this.list.replaceChildren(...history.present.map((box, i) => this.row(box, i + 1, n, selected)));
    byId("no-boxes").hidden = n > 0;
    const box = history.present.find(({ id }) => id === selected);
    this.fields.hidden = !box;
    if (box) this.fillFields(box, history.present.indexOf(box) + 1);
    else this.filled = null;
    if (focused) (this.chip(focused) ?? byId("stage")).focus();
    else if (!box && this.fields.contains(active)) byId("stage").focus();
  }

  /** @param {string} id @returns {HTMLElement|null} */
  chip(id) {
    return this.list.querySelector(`[data-box="${id}"]`);
  }

  /** @param {Box} box @param {number} number @param {number} n @param {number|null} selected */
  row(box, number, n, selected) {
    const [left, top, w, h] = box.bbox.map(Math.round);
    const label = say("box_label", { number, total: n, left, top, w, h });
    const button = make(
      "button",
      { type: "button", class: "box-chip", "data-box": box.id, "aria-pressed": box.id === selected },
      make("span", { class: "chip-number", "aria-hidden": "true" }, String(number)),
      make("span", { class: "chip-size num", "aria-hidden": "true" }, `${w} × ${h}`),
      make("span", { class: "visually-hidden" }, label),
    );
    const row = make("li", {}, button);
    if (box.reason) {
      button.classList.add("is-refused");
      row.append(make("p", { class: "error" }, box.reason));
    }
    return row;
  }

  /** A number that is being typed is left alone. @param {Box} box @param {number} number */
  fillFields(box, number) {
    setText(byId("fields-title"), say("box_title", { number }));
    const isTyping = (/** @type {HTMLInputElement} */ input) =>
      box.id === this.filled && input === document.activeElement && input.value !== input.defaultValue;
    for (const [i, part] of PARTS.entries()) {
      const input = this.input(part);
      if (!isTyping(input)) input.value = input.defaultValue = String(box.bbox[i]);
    }
    this.filled = box.id;
  }

  /** @param {string} part */
  input(part) {
    return /** @type {HTMLInputElement} */ (byId(`field-${part}`));
  }

  /** @param {import("./types.js").Edge|null} edge */
  mark(edge) {
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (this.fields.querySelectorAll("[data-edge]"))) {
      button.setAttribute("aria-pressed", String(button.dataset.edge === (edge ?? "whole")));
    }
    setText(byId("edge-now"), say(`edge.${edge ?? "whole"}`));
  }

  /** @param {Event} event */
  clicked(event) {
    const button = /** @type {HTMLElement|null} */ (/** @type {Element} */ (event.target).closest("[data-box]"));
    if (!button) return;
    const id = Number(button.dataset.box);
    this.actions.select(id === this.actions.state.selected ? null : id);
  }

  /** @param {Event} event */
  typed(event) {
    const box = this.actions.selected;
    const input = /** @type {HTMLInputElement} */ (event.target);
    const at = PARTS.findIndex((part) => input === this.input(part));
    if (!box || at < 0) return;
    const bbox = /** @type {import("./types.js").Bbox} */ ([...box.bbox]);
    bbox[at] = onGrid(input.valueAsNumber);
    this.actions.reshape(box.id, bbox, "numbers", "keys");
    input.value = input.defaultValue = String((this.actions.selected ?? box).bbox[at]);
  }

  /** What the arrows move. @param {Event} event */
  chosen(event) {
    const button = /** @type {HTMLElement|null} */ (/** @type {Element} */ (event.target).closest("button"));
    const edge = button?.dataset.edge;
    if (button?.id === "edge-cycle") this.actions.cycleEdge();
    if (!edge) return;
    const chosen = edge === "whole" ? null : /** @type {import("./types.js").Edge} */ (edge);
    this.actions.store.set({ edge: chosen });
  }

  /** The arrow pad moves the whole box or the chosen edge by about two screen pixels. @param {HTMLElement} button @param {string} pointer @param {boolean} isHeld */
  nudged(button, pointer, isHeld) {
    const [dx, dy] = (button.dataset.nudge ?? "").split(",").map(Number);
    const step = Math.max(0.5, 2 / this.actions.state.view.scale);
    this.actions.nudge(dx * step, dy * step, "numbers", pointerOf(pointer), isHeld);
  }
}
