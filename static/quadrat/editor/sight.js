// @ts-check
/**
 * What a worker can do to see better: zoom, pan, light, what is hidden. No box changes by it.
 *
 * @typedef {import("./types.js").Point} Point
 * @typedef {import("./types.js").Look} Look
 */
import * as boxes from "./boxes.js";
import { clamp, onGrid } from "./geometry.js";
import * as viewport from "./viewport.js";

/** Brightness and contrast in per cent of the photo as it is. @type {Look} */
export const PLAIN = Object.freeze({ brightness: 100, contrast: 100 });
export const LOOK = { least: 40, most: 250, step: 10 };

export class Sight {
  /**
   * @param {import("./store.js").Store} store
   * @param {(key: string, values?: Record<string, string|number>) => void} tell
   */
  constructor(store, tell) {
    this.store = store;
    this.tell = tell;
  }

  get state() {
    return this.store.state;
  }

  /** @param {number} factor @param {Point} [at] screen point that stays; the middle by default */
  zoom(factor, at) {
    const { view, size, stage } = this.state;
    const fixed = at ?? { x: stage.w / 2, y: stage.h / 2 };
    this.store.set({ view: viewport.zoomAt(view, factor, fixed, size, stage) });
  }

  /** @param {number} dx screen pixels @param {number} dy */
  pan(dx, dy) {
    const { view, size, stage } = this.state;
    this.store.set({ view: viewport.panBy(view, dx, dy, size, stage) });
  }

  fit() {
    this.store.set({ view: viewport.fit(this.state.size, this.state.stage) });
  }

  /** The middle of what can be seen, where the keyboard's cross starts. @returns {Point} */
  middle() {
    const { stage, view, size } = this.state;
    const { x, y } = viewport.toImage(view, { x: stage.w / 2, y: stage.h / 2 });
    return { x: onGrid(clamp(x, 0, size.w)), y: onGrid(clamp(y, 0, size.h)) };
  }

  /** One screen pixel for one pixel of the full-size image. */
  actual() {
    this.zoom(1 / this.state.view.scale);
  }

  fitSelected() {
    const { size, stage, selected } = this.state;
    const box = boxes.find(this.store.boxes, selected);
    if (box) this.store.set({ view: viewport.fitBox(box.bbox, size, stage) });
  }

  /** The stage has another size now; what was in its middle stays there. @param {import("./types.js").Size} stage */
  resize(stage) {
    const { view, size } = this.state;
    this.store.set({ stage, view: viewport.onStage(view, size, this.state.stage, stage) });
  }

  toggleAlone() {
    this.store.set({ alone: !this.state.alone });
    this.tell(this.state.alone ? "alone" : "all_shown");
  }

  /** All boxes out of sight for as long as a key is held. @param {boolean} isBare */
  bare(isBare) {
    if (this.state.bare !== isBare) this.store.set({ bare: isBare });
  }

  /** One finger moves the photo, for those who have no second one to spare. */
  toggleHand() {
    this.store.set({ hand: !this.state.hand });
    this.tell(this.state.hand ? "hand.on" : "hand.off");
  }

  toggleGuides() {
    this.store.set({ guides: !this.state.guides });
    this.tell(this.state.guides ? "guides.on" : "guides.off");
  }

  /** @param {keyof Look} part @param {number} change in per cent */
  adjust(part, change) {
    this.setLook(part, this.state.look[part] + change);
    this.tell(part, { value: this.state.look[part] });
  }

  /** @param {keyof Look} part @param {number} value */
  setLook(part, value) {
    const look = { ...this.state.look, [part]: clamp(value, LOOK.least, LOOK.most) };
    this.store.set({ look });
  }

  resetLook() {
    this.store.set({ look: PLAIN });
    this.tell("look_reset");
  }
}
