// @ts-check
/**
 * One photo of the grid, large. Looking at it here counts as having seen it.
 *
 * @typedef {object} Hooks
 * @property {(id: string) => boolean} isMarked
 * @property {(id: string) => void} toggle
 * @property {(id: string, ms: number) => void} looked
 * @property {() => void} closed
 */
import { byId, dialog, make, say, setText } from "../lib/dom.js";
import { letterOf } from "./keys.js";

export class Magnifier {
  /** @param {Hooks} hooks */
  constructor(hooks) {
    this.hooks = hooks;
    this.dialog = dialog("magnifier");
    this.id = "";
    this.since = 0;
    this.dialog.addEventListener("close", () => this.closed());
    this.dialog.addEventListener("keydown", (event) => {
      if (letterOf(event) !== "z" || event.repeat) return;
      event.preventDefault();
      this.dialog.close();
    });
    byId("magnifier-mark").addEventListener("click", () => {
      this.hooks.toggle(this.id);
      this.paint();
    });
  }

  /** @param {import("../lib/supply.js").Assignment} assignment @param {number} at @param {number} of */
  open({ id, image }, at, of) {
    if (this.dialog.open) return;
    this.id = id;
    this.since = 0;
    const img = make("img", { src: image.url, alt: "", draggable: false });
    img.addEventListener("load", () => (this.since = performance.now()));
    byId("magnifier-photo").replaceChildren(img);
    setText(byId("magnifier-title"), say("photo", { i: at + 1, of }));
    setText(byId("magnifier-credit"), creditOf(image));
    this.paint();
    this.dialog.showModal();
  }

  paint() {
    const isMarked = this.hooks.isMarked(this.id);
    byId("magnifier-mark").setAttribute("aria-pressed", String(isMarked));
  }

  closed() {
    if (this.since) this.hooks.looked(this.id, performance.now() - this.since);
    byId("magnifier-photo").replaceChildren();
    this.hooks.closed();
  }
}

/** Photographer and licence in a line. @param {{credit: string, licence: string}} image */
export const creditOf = ({ credit, licence }) => [credit, licence].filter(Boolean).join(" · ");
