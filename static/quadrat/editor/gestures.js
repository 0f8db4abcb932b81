// @ts-check
/**
 * The pointer's state machine: idle -> press -> draw or armed; point, resize, move, pan, pinch.
 * A second finger throws the draft away and pinches until the last finger is up; whatever
 * interrupts a gesture restores what was there before it.
 *
 * @typedef {import("./types.js").Point} Point
 * @typedef {{kind: "idle"} | {kind: "press"|"draw", from: Point, at: Point, since: number}
 *   | {kind: "armed", from: Point, at: Point, since: number, isDown: boolean}
 *   | {kind: "edge"} | {kind: "point", since: number} | import("./grip.js").Hold
 *   | {kind: "pan", at: Point} | {kind: "pinch"}} Gesture
 */
import { Fingers, pointerOf, wheelFactor } from "./fingers.js";
import { cursorAt, focusOf, pulled, taken } from "./grip.js";
import { toImage } from "./viewport.js";

const SLOP = { mouse: 4, touch: 8 };
// a finger that does none of the shaping
const STILL = ["idle", "pan", "pinch"];

export class Gestures {
  /** @param {HTMLElement} stage @param {import("./actions.js").Actions} actions */
  constructor(stage, actions) {
    this.stage = stage;
    this.actions = actions;
    /** @type {Gesture} */
    this.gesture = { kind: "idle" };
    this.fingers = new Fingers();
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
    stage.addEventListener("pointerleave", () => this.store.set({ hover: null }));
    stage.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    stage.addEventListener("contextmenu", (event) => event.preventDefault());
    addEventListener("blur", () => this.interrupt());
    document.addEventListener("visibilitychange", () => document.hidden && this.interrupt());
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
    this.fingers.put(event.pointerId, at);
    if (this.fingers.n === 2) this.pinch();
    else if (this.fingers.n === 1) this.begin(event, at);
    this.look(event, at);
  }

  /** @param {PointerEvent} event @param {Point} at */
  begin(event, at) {
    this.forgetStale();
    if (event.button === 1 || this.isSpaceHeld || this.store.state.hand) {
      this.interrupt();
      this.gesture = { kind: "pan", at };
    } else if (this.gesture.kind === "armed") {
      this.gesture = { ...this.gesture, at, isDown: true };
    } else this.gesture = taken(event, at, this.actions);
  }

  /** A draft that undo, or another photo, has taken from the store is over. */
  forgetStale() {
    const { kind } = this.gesture;
    if ((kind === "armed" || kind === "draw") && !this.store.state.rubber) this.gesture = { kind: "idle" };
  }

  /** @param {PointerEvent} event */
  moved(event) {
    const at = this.screen(event);
    this.fingers.move(event.pointerId, at);
    this.forgetStale();
    const { gesture } = this;
    const touch = event.pointerType === "touch";
    if (gesture.kind === "press") this.press(gesture, at, touch ? SLOP.touch : SLOP.mouse);
    else if (gesture.kind === "draw" || gesture.kind === "armed") this.stretch(gesture.from, at);
    else if (gesture.kind === "resize" || gesture.kind === "move") this.edit(gesture, at);
    else if (gesture.kind === "pan") this.gesture = this.pan(gesture, at);
    else if (gesture.kind === "pinch") this.fingers.pinch(this.actions.sight);
    this.look(event, at);
  }

  /** Guide lines and cursor for a pointer that hovers, the loupe for a finger that hides its own work. @param {PointerEvent} event @param {Point} at */
  look(event, at) {
    const { gesture } = this;
    const { state } = this.store;
    if (!state.open) return;
    if (event.pointerType === "touch") {
      const isShaping = this.fingers.n === 1 && !STILL.includes(gesture.kind);
      const hold = gesture.kind === "resize" ? gesture : null;
      this.store.set({ press: isShaping ? { at, focus: focusOf(hold, at, state) } : null });
      return;
    }
    this.store.set({ hover: at });
    if (gesture.kind === "idle") this.stage.style.cursor = this.isSpaceHeld ? "grab" : cursorAt(state, at);
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

  /** @param {import("./grip.js").Hold} hold @param {Point} at */
  edit(hold, at) {
    const bbox = pulled(hold, at, this.store.state);
    this.store.set({ edit: { id: hold.id, bbox } });
    return bbox;
  }

  /** @param {{at: Point}} gesture @param {Point} at @returns {Gesture} */
  pan(gesture, at) {
    this.actions.sight.pan(at.x - gesture.at.x, at.y - gesture.at.y);
    return { kind: "pan", at };
  }

  pinch() {
    this.interrupt();
    this.fingers.start();
    this.gesture = { kind: "pinch" };
  }

  /** @param {PointerEvent} event */
  up(event) {
    if (!this.fingers.lift(event.pointerId)) return;
    this.forgetStale();
    const { gesture } = this;
    if (gesture.kind !== "pinch" || !this.fingers.n) this.gesture = this.finish(gesture, event);
    this.store.set({ press: null });
  }

  /** @param {Gesture} gesture @param {PointerEvent} event @returns {Gesture} */
  finish(gesture, event) {
    const at = this.screen(event);
    if (gesture.kind === "press") return this.arm(gesture);
    const pointer = pointerOf(event.pointerType);
    if (gesture.kind === "armed" && this.isDoubleClick(gesture, at)) {
      this.cancel();
    } else if (gesture.kind === "draw" || gesture.kind === "armed") {
      const method = gesture.kind === "draw" ? "drag" : "click2";
      const elapsed = event.timeStamp - gesture.since;
      this.actions.draw(gesture.from, this.actions.pointAt(at), method, pointer, elapsed);
    } else if (gesture.kind === "resize" || gesture.kind === "move") {
      this.actions.reshape(gesture.id, this.edit(gesture, at), "drag", pointer);
    } else if (gesture.kind === "edge") this.actions.edgeTo(at, pointer);
    else if (gesture.kind === "point") {
      this.actions.addPoint(this.actions.pointAt(at), pointer, gesture.since);
    }
    return { kind: "idle" };
  }

  /** The second corner on the first takes it back. @param {{from: Point}} gesture @param {Point} at */
  isDoubleClick({ from }, at) {
    const { view } = this.store.state;
    const to = toImage(view, at);
    return Math.hypot(to.x - from.x, to.y - from.y) * view.scale <= SLOP.mouse;
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
    if (!this.fingers.lift(event.pointerId)) return;
    if (this.gesture.kind !== "pinch" || !this.fingers.n) this.interrupt();
  }

  /** Back to before the gesture; true if there was one. Points that were set stay. */
  interrupt() {
    const had = this.gesture.kind !== "idle" || this.store.state.cursor !== null;
    this.gesture = { kind: "idle" };
    this.store.set({ rubber: null, edit: null, cursor: null, press: null });
    return had;
  }

  /** Nothing is begun any more; true if something was. */
  cancel() {
    const had = this.interrupt() || this.store.state.points.length > 0;
    this.store.set({ points: [] });
    return had;
  }

  /** @param {WheelEvent} event */
  wheel(event) {
    if (!this.store.state.open) return;
    event.preventDefault();
    this.actions.sight.zoom(wheelFactor(event), this.screen(event));
  }
}
