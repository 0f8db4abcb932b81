// @ts-check
/**
 * The pointer's state machine: idle -> press -> draw or armed; resize, move, pan, pinch.
 * A second finger throws the draft away and pinches until the last finger is up; whatever
 * interrupts a gesture restores what was there before it.
 *
 * @typedef {import("./types.js").Point} Point
 * @typedef {import("./types.js").Bbox} Bbox
 * @typedef {import("./types.js").Handle} Handle
 * @typedef {{kind: "idle"} | {kind: "press"|"draw", from: Point, at: Point, since: number}
 *   | {kind: "armed", from: Point, at: Point, since: number, isDown: boolean}
 *   | {kind: "edge"}
 *   | {kind: "resize", id: number, bbox: Bbox, handle: Handle, at: Point}
 *   | {kind: "move", id: number, bbox: Bbox, at: Point}
 *   | {kind: "pan", at: Point} | {kind: "pinch", gap: number, at: Point}} Gesture
 */
import * as geometry from "./geometry.js";
import { hitTest, isIn } from "./hit.js";
import { toImage, toScreen } from "./viewport.js";

const SLOP = { mouse: 4, touch: 8 };

export class Gestures {
  /** @param {HTMLElement} stage @param {import("./actions.js").Actions} actions */
  constructor(stage, actions) {
    this.stage = stage;
    this.actions = actions;
    /** @type {Gesture} */
    this.gesture = { kind: "idle" };
    /** @type {Map<number, Point>} */
    this.pointers = new Map();
    this.isSpaceHeld = false;
    this.listen();
  }

  listen() {
    const { stage } = this;
    stage.addEventListener("pointerdown", (event) => this.down(event));
    stage.addEventListener("pointermove", (event) => this.moved(event));
    stage.addEventListener("pointerup", (event) => this.up(event));
    stage.addEventListener("pointercancel", (event) => this.lost(event));
    stage.addEventListener("lostpointercapture", (event) => this.lost(event));
    stage.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    stage.addEventListener("contextmenu", (event) => event.preventDefault());
    addEventListener("blur", () => this.cancel());
    document.addEventListener("visibilitychange", () => document.hidden && this.cancel());
  }

  get store() {
    return this.actions.store;
  }

  /** The stage may have moved since: read its rectangle every time. @param {MouseEvent} event @returns {Point} */
  screen(event) {
    const { left, top } = this.stage.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  }

  /** @param {PointerEvent} event */
  down(event) {
    if (event.button === 2 || !this.store.state.open) return;
    event.preventDefault();
    this.stage.focus({ preventScroll: true });
    this.stage.setPointerCapture(event.pointerId);
    const at = this.screen(event);
    this.pointers.set(event.pointerId, at);
    if (this.pointers.size === 2) this.pinch();
    else if (this.pointers.size === 1) this.begin(event, at);
  }

  /** @param {PointerEvent} event @param {Point} at */
  begin(event, at) {
    if (event.button === 1 || this.isSpaceHeld) {
      this.cancel();
      this.gesture = { kind: "pan", at };
    } else if (this.gesture.kind === "armed") {
      this.gesture = { ...this.gesture, at, isDown: true };
    } else this.gesture = this.take(event, at);
  }

  /** What this press takes hold of. @param {PointerEvent} event @param {Point} at @returns {Gesture} */
  take(event, at) {
    const { state, boxes } = this.store;
    if (state.edge) return { kind: "edge" };
    const picked = this.actions.selected;
    if (picked && event.shiftKey && isIn(toScreen(state.view, picked.bbox), at, 0)) {
      return { kind: "move", id: picked.id, bbox: picked.bbox, at };
    }
    const hit = hitTest(boxes, state.selected, at, state.view, event.pointerType === "touch");
    const box = hit && boxes.find(({ id }) => id === hit.id);
    if (!hit || !box) return { kind: "press", from: this.actions.pointAt(at), at, since: event.timeStamp };
    if (hit.part === "handle") {
      return { kind: "resize", id: box.id, bbox: box.bbox, handle: hit.handle, at };
    }
    if (box.id !== state.selected) this.actions.select(box.id);
    return hit.part === "tag" ? { kind: "move", id: box.id, bbox: box.bbox, at } : { kind: "idle" };
  }

  /** @param {PointerEvent} event */
  moved(event) {
    const at = this.screen(event);
    if (this.pointers.has(event.pointerId)) this.pointers.set(event.pointerId, at);
    const { gesture } = this;
    const touch = event.pointerType === "touch";
    if (gesture.kind === "press") this.press(gesture, at, touch ? SLOP.touch : SLOP.mouse);
    else if (gesture.kind === "draw" || gesture.kind === "armed") this.stretch(gesture.from, at);
    else if (gesture.kind === "resize" || gesture.kind === "move") this.edit(gesture, at);
    else if (gesture.kind === "pan") this.panTo(gesture, at);
    else if (gesture.kind === "pinch") this.pinchTo(gesture);
    else if (gesture.kind === "idle") this.hover(at, touch);
  }

  /** @param {{from: Point, at: Point, since: number}} press @param {Point} at @param {number} slop */
  press(press, at, slop) {
    if (Math.hypot(at.x - press.at.x, at.y - press.at.y) <= slop) return;
    if (this.actions.refuseWhenFull()) {
      this.gesture = { kind: "idle" };
      return;
    }
    this.store.set({ selected: null });
    this.gesture = { ...press, kind: "draw" };
    this.stretch(press.from, at);
  }

  /** @param {Point} from @param {Point} at */
  stretch(from, at) {
    const armed = this.gesture.kind === "armed";
    this.store.set({ rubber: { from, to: this.actions.pointAt(at), armed } });
  }

  /** @param {Extract<Gesture, {kind: "resize"|"move"}>} gesture @param {Point} at @returns {Bbox} */
  edit(gesture, at) {
    const { size, view } = this.store.state;
    const dx = (at.x - gesture.at.x) / view.scale;
    const dy = (at.y - gesture.at.y) / view.scale;
    const bbox =
      gesture.kind === "move"
        ? geometry.move(gesture.bbox, dx, dy, size)
        : geometry.resize(gesture.bbox, gesture.handle, this.grip(gesture, dx, dy), size);
    this.store.set({ edit: { id: gesture.id, bbox } });
    return bbox;
  }

  /** The handle keeps its distance from the finger that took it. @param {{bbox: Bbox, handle: Handle}} gesture @param {number} dx @param {number} dy */
  grip({ bbox: [x, y, w, h], handle }, dx, dy) {
    const { size, view } = this.store.state;
    const point = {
      x: (handle.includes("w") ? x : x + w) + dx,
      y: (handle.includes("n") ? y : y + h) + dy,
    };
    return geometry.snapToImage(point, size, 6 / view.scale);
  }

  /** @param {{at: Point}} gesture @param {Point} at */
  panTo(gesture, at) {
    this.actions.pan(at.x - gesture.at.x, at.y - gesture.at.y);
    this.gesture = { kind: "pan", at };
  }

  pinch() {
    this.cancel();
    this.gesture = { kind: "pinch", ...this.span() };
  }

  /** @param {{gap: number, at: Point}} gesture */
  pinchTo(gesture) {
    if (this.pointers.size < 2) return;
    const { gap, at } = this.span();
    this.actions.zoom(gap / gesture.gap, at);
    this.actions.pan(at.x - gesture.at.x, at.y - gesture.at.y);
    this.gesture = { kind: "pinch", gap, at };
  }

  /** Distance and middle of the first two fingers. */
  span() {
    const [a, b] = [...this.pointers.values()];
    const gap = Math.max(1, Math.hypot(a.x - b.x, a.y - b.y));
    return { gap, at: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 } };
  }

  /** @param {PointerEvent} event */
  up(event) {
    if (!this.pointers.delete(event.pointerId)) return;
    const { gesture } = this;
    if (gesture.kind === "pinch" && this.pointers.size) return;
    const next = this.finish(gesture, event);
    this.gesture = next;
  }

  /** @param {Gesture} gesture @param {PointerEvent} event @returns {Gesture} */
  finish(gesture, event) {
    const at = this.screen(event);
    const pointer = pointerOf(event.pointerType);
    if (gesture.kind === "press") return this.arm(gesture);
    if (gesture.kind === "draw" || gesture.kind === "armed") {
      const method = gesture.kind === "draw" ? "drag" : "click2";
      const elapsed = event.timeStamp - gesture.since;
      this.actions.draw(gesture.from, this.actions.pointAt(at), method, pointer, elapsed);
    } else if (gesture.kind === "resize" || gesture.kind === "move") {
      this.actions.reshape(gesture.id, this.edit(gesture, at), "drag", pointer);
    } else if (gesture.kind === "edge") this.actions.edgeTo(at, pointer);
    return { kind: "idle" };
  }

  /** A click sets the first corner. @param {{from: Point, at: Point, since: number}} press @returns {Gesture} */
  arm(press) {
    if (this.actions.refuseWhenFull()) return { kind: "idle" };
    this.store.set({ selected: null, rubber: { from: press.from, to: press.from, armed: true } });
    this.actions.tell("armed");
    return { ...press, kind: "armed", isDown: false };
  }

  /** Pointer capture is also lost by a normal release, which has been handled by then. @param {PointerEvent} event */
  lost(event) {
    if (!this.pointers.delete(event.pointerId)) return;
    if (this.gesture.kind !== "pinch" || !this.pointers.size) this.cancel();
  }

  /** Back to before the gesture; true if there was one. */
  cancel() {
    const had = this.gesture.kind !== "idle" || this.store.state.cursor !== null;
    this.gesture = { kind: "idle" };
    this.store.set({ rubber: null, edit: null, cursor: null });
    return had;
  }

  /** @param {WheelEvent} event */
  wheel(event) {
    if (!this.store.state.open) return;
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    const speed = event.ctrlKey ? 0.01 : 0.0015; // a trackpad's pinch arrives as Ctrl and small steps
    this.actions.zoom(Math.exp(-event.deltaY * lines * speed), this.screen(event));
  }

  /** The cursor says what a press would do. @param {Point} at @param {boolean} isTouch */
  hover(at, isTouch) {
    const { state, boxes } = this.store;
    if (isTouch || !state.open) return;
    const hit = this.isSpaceHeld ? null : hitTest(boxes, state.selected, at, state.view, false);
    let cursor = this.isSpaceHeld ? "grab" : "crosshair";
    if (hit) cursor = hit.part === "handle" ? `${hit.handle}-resize` : "pointer";
    if (hit?.part === "tag" && hit.id === state.selected) cursor = "move";
    this.stage.style.cursor = cursor;
  }

  /** Where the keyboard's cursor starts: the middle of what can be seen. @returns {Point} */
  middle() {
    const { stage, view, size } = this.store.state;
    const { x, y } = toImage(view, { x: stage.w / 2, y: stage.h / 2 });
    return { x: geometry.onGrid(geometry.clamp(x, 0, size.w)), y: geometry.onGrid(geometry.clamp(y, 0, size.h)) };
  }
}

/** A click by keyboard has no pointer type. @param {string} type @returns {import("./types.js").Pointer} */
export function pointerOf(type) {
  if (type === "touch" || type === "pen" || type === "mouse") return type;
  return "keys";
}
