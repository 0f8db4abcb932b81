// @ts-check
/**
 * What a worker can do to the boxes, by whatever hand: pointer, key, button or number field.
 * Every action ends in one store change and one sentence for the live region.
 *
 * @typedef {import("./types.js").Bbox} Bbox
 * @typedef {import("./types.js").Point} Point
 * @typedef {import("./types.js").Pointer} Pointer
 * @typedef {import("./types.js").Method} Method
 */
import * as boxes from "./boxes.js";
import * as geometry from "./geometry.js";
import * as history from "./history.js";
import * as viewport from "./viewport.js";

const SNAP_SCREEN = 6;
const DUPLICATE_OFFSET = 8;

export class Actions {
  /**
   * @param {import("./store.js").Store} store @param {number} maxBoxes
   * @param {(key: string, values?: Record<string, string|number>) => void} tell
   */
  constructor(store, maxBoxes, tell) {
    this.store = store;
    this.maxBoxes = maxBoxes;
    this.tell = tell;
  }

  get state() {
    return this.store.state;
  }

  get selected() {
    return boxes.find(this.store.boxes, this.state.selected);
  }

  get isFull() {
    return this.store.boxes.length >= this.maxBoxes;
  }

  /** Image point, pulled to the image's edge when near. @param {Point} screen */
  pointAt(screen) {
    const { view, size } = this.state;
    return geometry.snapToImage(viewport.toImage(view, screen), size, SNAP_SCREEN / view.scale);
  }

  /** @param {Point} a @param {Point} b @param {Method} method @param {Pointer} pointer @param {number} drawMs */
  draw(a, b, method, pointer, drawMs) {
    const { size, view, selected } = this.state;
    const bbox = geometry.between(a, b, size);
    if (!geometry.isBigEnough(bbox, view.scale)) {
      this.store.set({ rubber: null, cursor: null });
      this.tell("too_small");
      return;
    }
    if (this.refuseWhenFull()) return;
    const manner = { method, pointer, scale: view.scale };
    const after = boxes.add(this.store.boxes, bbox, manner, drawMs);
    this.store.set({ cursor: null, selected });
    this.store.commit(after, after[after.length - 1].id);
    this.tellBox("added", after.length, bbox);
    if (this.isFull) this.tell("limit", { max: this.maxBoxes });
  }

  refuseWhenFull() {
    if (!this.isFull) return false;
    this.store.set({ rubber: null, cursor: null });
    this.tell("limit", { max: this.maxBoxes });
    return true;
  }

  /** @param {number} id @param {Bbox} bbox @param {Method} method @param {Pointer} pointer */
  reshape(id, bbox, method, pointer) {
    const { view, size } = this.state;
    const old = boxes.find(this.store.boxes, id);
    const isSame = old?.bbox.every((value, i) => value === bbox[i]);
    if (!old || isSame || !geometry.isInside(bbox, size) || !geometry.isBigEnough(bbox, view.scale)) {
      this.store.set({ edit: null });
      if (!isSame) this.tell("too_small");
      return;
    }
    const after = boxes.reshape(this.store.boxes, id, bbox, { method, pointer, scale: view.scale });
    this.store.commit(after, id);
    this.tellBox("changed", after.findIndex((box) => box.id === id) + 1, bbox);
  }

  /** @param {string} key @param {number} number @param {Bbox} bbox */
  tellBox(key, number, [, , w, h]) {
    this.tell(key, { number, w: Math.round(w), h: Math.round(h) });
  }

  /** @param {number|null} id */
  select(id) {
    this.store.set({ selected: id, edge: null });
  }

  /** @param {number|undefined} [id] */
  remove(id = this.selected?.id) {
    if (id === undefined) return;
    const number = this.store.boxes.findIndex((box) => box.id === id) + 1;
    const after = boxes.remove(this.store.boxes, id);
    this.store.commit(after, null);
    this.tell("removed", { number, n: after.length });
  }

  clear() {
    this.store.commit([], null);
  }

  duplicate() {
    const box = this.selected;
    if (!box || this.refuseWhenFull()) return;
    const bbox = geometry.move(box.bbox, DUPLICATE_OFFSET, DUPLICATE_OFFSET, this.state.size);
    const after = boxes.add(this.store.boxes, bbox, box, 0);
    this.store.commit(after, after[after.length - 1].id);
    this.tellBox("added", after.length, bbox);
  }

  undo() {
    this.travel(history.undo, "undone");
  }

  redo() {
    this.travel(history.redo, "redone");
  }

  /** @param {typeof history.undo} step @param {string} key */
  travel(step, key) {
    const after = step(this.state.history);
    if (after.present === this.store.boxes) return;
    const selected = boxes.find(after.present, this.state.selected)?.id ?? null;
    this.store.set({ history: after, selected, edit: null, rubber: null });
    this.tell(key, { n: after.present.length });
  }

  /** @param {1|-1} step */
  selectNeighbour(step) {
    this.select(boxes.neighbour(this.store.boxes, this.state.selected, step));
    const number = this.store.boxes.findIndex((box) => box.id === this.state.selected) + 1;
    const box = this.selected;
    if (box) this.tellBox("selected", number, box.bbox);
  }

  /** Whole box, left, top, right, bottom, whole box ... */
  cycleEdge() {
    if (!this.selected) return;
    const order = [null, ...geometry.EDGES];
    const edge = order[(order.indexOf(this.state.edge) + 1) % order.length];
    this.store.set({ edge });
    this.tell(`edge.${edge ?? "whole"}`);
  }

  /** @param {number} dx @param {number} dy @param {Method} method @param {Pointer} pointer */
  nudge(dx, dy, method, pointer) {
    const box = this.selected;
    if (!box) return;
    const { edge, size } = this.state;
    this.reshape(box.id, geometry.nudge(box.bbox, edge, dx, dy, size), method, pointer);
  }

  /** The active edge goes where the worker clicked. @param {Point} screen @param {Pointer} pointer */
  edgeTo(screen, pointer) {
    const box = this.selected;
    const { edge, size } = this.state;
    if (!box || !edge) return;
    const at = this.pointAt(screen);
    const to = edge === "left" || edge === "right" ? at.x : at.y;
    this.reshape(box.id, geometry.moveEdge(box.bbox, edge, to, size), "click2", pointer);
  }

  /** @param {number} factor @param {Point} [at] screen point that stays; the middle by default */
  zoom(factor, at) {
    const { view, size, stage } = this.state;
    const fixed = at ?? { x: stage.w / 2, y: stage.h / 2 };
    this.store.set({ view: viewport.zoomAt(view, factor, fixed, size, stage) });
  }

  /** @param {number} dx @param {number} dy */
  pan(dx, dy) {
    const { view, size, stage } = this.state;
    this.store.set({ view: viewport.panBy(view, dx, dy, size, stage) });
  }

  fit() {
    this.store.set({ view: viewport.fit(this.state.size, this.state.stage) });
  }

  fitSelected() {
    const { size, stage } = this.state;
    if (this.selected) this.store.set({ view: viewport.fitBox(this.selected.bbox, size, stage) });
  }

  toggleAlone() {
    this.store.set({ alone: !this.state.alone });
    this.tell(this.state.alone ? "alone" : "all_shown");
  }
}
