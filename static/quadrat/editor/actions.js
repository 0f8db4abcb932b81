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
import { Sight } from "./sight.js";
import { toImage } from "./viewport.js";

const DUPLICATE_OFFSET = 8;
const EXTREMES = 4;

export class Actions {
  /**
   * @param {import("./store.js").Store} store @param {number} maxBoxes
   * @param {(key: string, values?: Record<string, string|number>) => void} tell
   */
  constructor(store, maxBoxes, tell) {
    this.store = store;
    this.maxBoxes = maxBoxes;
    this.tell = tell;
    this.sight = new Sight(store, tell);
    this.pointsSince = 0;
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
    return geometry.snapToImage(toImage(view, screen), size, geometry.SNAP_SCREEN / view.scale);
  }

  /** @param {Point} a @param {Point} b @param {Method} method @param {Pointer} pointer @param {number} drawMs */
  draw(a, b, method, pointer, drawMs) {
    const { size } = this.state;
    this.add(geometry.between(a, b, size), method, pointer, drawMs);
  }

  /** @param {Bbox} bbox @param {Method} method @param {Pointer} pointer @param {number} drawMs */
  add(bbox, method, pointer, drawMs) {
    const { scale } = this.state.view;
    this.store.set({ rubber: null, cursor: null, points: [] });
    if (!geometry.isBigEnough(bbox, scale)) {
      this.tell("too_small");
      return;
    }
    if (!this.refuseWhenFull()) this.put(bbox, { method, pointer, scale }, drawMs);
  }

  /** @param {Bbox} bbox @param {import("./types.js").Manner} manner @param {number} drawMs */
  put(bbox, manner, drawMs) {
    const after = boxes.add(this.store.boxes, bbox, manner, drawMs);
    this.store.commit(after, after[after.length - 1].id);
    this.tellBox("added", after.length, bbox);
    if (this.isFull) this.tell("limit", { max: this.maxBoxes });
  }

  /** Two corners, or the four outermost points. */
  toggleMode() {
    const mode = this.state.mode === "extreme" ? "corners" : "extreme";
    this.store.set({ mode, points: [], rubber: null });
    this.tell(`mode.${mode}`);
  }

  /**
   * One of the four outermost points; the fourth makes the box.
   * @param {Point} point @param {Pointer} pointer @param {number} now milliseconds
   */
  addPoint(point, pointer, now) {
    if (this.refuseWhenFull()) return;
    const points = [...this.state.points, point];
    if (points.length === 1) this.pointsSince = now;
    if (points.length < EXTREMES) {
      this.store.set({ points, selected: null, edge: null });
      this.tell("point", { n: points.length, left: EXTREMES - points.length });
      return;
    }
    const method = pointer === "keys" ? "keys" : "extreme";
    this.add(geometry.around(points, this.state.size), method, pointer, now - this.pointsSince);
  }

  /** Take the last point back; false where there is none. */
  dropPoint() {
    const { points } = this.state;
    if (!points.length) return false;
    this.store.set({ points: points.slice(0, -1) });
    this.tell("point_dropped", { n: points.length - 1 });
    return true;
  }

  refuseWhenFull() {
    if (!this.isFull) return false;
    this.store.set({ rubber: null, cursor: null, points: [] });
    this.tell("limit", { max: this.maxBoxes });
    return true;
  }

  /**
   * @param {number} id @param {Bbox} bbox @param {Method} method @param {Pointer} pointer
   * @param {boolean} [isSame] still the edit before, such as a key that is held
   */
  reshape(id, bbox, method, pointer, isSame = false) {
    const { scale } = this.state.view;
    const old = boxes.find(this.store.boxes, id);
    this.store.set({ edit: null });
    if (!old || old.bbox.every((value, i) => value === bbox[i])) return;
    const refusal = this.refusal(old.bbox, bbox, method);
    if (refusal) {
      this.tell(refusal);
      return;
    }
    const after = boxes.reshape(this.store.boxes, id, bbox, { method, pointer, scale });
    this.store.commit(after, id, isSame);
    this.tellBox("changed", after.findIndex((box) => box.id === id) + 1, bbox);
  }

  /** Why a box cannot have this shape. Keys and numbers are exact, whatever the zoom. @param {Bbox} old @param {Bbox} bbox @param {Method} method */
  refusal(old, bbox, method) {
    const isExact = method === "keys" || method === "numbers";
    const scale = isExact ? Infinity : this.state.view.scale;
    if (!geometry.isInside(bbox, this.state.size)) return "outside";
    return geometry.mayBecome(bbox, old, scale) ? "" : "too_small";
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

  /** A copy a little aside, towards where there is room. */
  duplicate() {
    const box = this.selected;
    if (!box || this.refuseWhenFull()) return;
    const { size, view } = this.state;
    const [x, y, w, h] = box.bbox;
    const by = Math.max(1, DUPLICATE_OFFSET / view.scale);
    const dx = x + w + by <= size.w ? by : -by;
    const dy = y + h + by <= size.h ? by : -by;
    this.put(geometry.move(box.bbox, dx, dy, size), { ...box, scale: view.scale }, 0);
  }

  /** What is being drawn is taken back first. */
  undo() {
    if (this.dropPoint()) return;
    if (this.state.rubber) {
      this.store.set({ rubber: null });
      return;
    }
    this.travel(history.undo, "undone");
  }

  redo() {
    this.travel(history.redo, "redone");
  }

  /** A box that comes back is selected, as it was when it went. @param {typeof history.undo} step @param {string} key */
  travel(step, key) {
    const after = step(this.state.history);
    const before = this.store.boxes;
    if (after.present === before) return;
    const back = after.present.find(({ id }) => !boxes.find(before, id));
    const selected = (back ?? boxes.find(after.present, this.state.selected))?.id ?? null;
    this.store.set({ history: after, selected, edit: null, rubber: null, points: [] });
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

  /** @param {number} dx @param {number} dy @param {Method} method @param {Pointer} pointer @param {boolean} [isHeld] */
  nudge(dx, dy, method, pointer, isHeld = false) {
    const box = this.selected;
    if (!box) return;
    const { edge, size } = this.state;
    this.reshape(box.id, geometry.nudge(box.bbox, edge, dx, dy, size), method, pointer, isHeld);
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
}
