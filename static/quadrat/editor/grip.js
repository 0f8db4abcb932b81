// @ts-check
/**
 * A box in a hand: what it becomes while a handle or its tag is pulled, and what the pointer
 * would take hold of.
 *
 * @typedef {import("./types.js").Bbox} Bbox
 * @typedef {import("./types.js").Handle} Handle
 * @typedef {import("./types.js").Point} Point
 * @typedef {import("./types.js").State} State
 * @typedef {{kind: "resize", id: number, bbox: Bbox, handle: Handle, at: Point}
 *   | {kind: "move", id: number, bbox: Bbox, at: Point}} Hold  at: where it was taken, on screen
 * @typedef {import("./gestures.js").Gesture} Gesture
 */
import { SNAP_SCREEN, clamp, move, resize, snapToImage } from "./geometry.js";
import { hitTest, isIn } from "./hit.js";
import { toImage, toScreen } from "./viewport.js";

/** @param {Hold} hold @param {Point} at the pointer, on screen @param {State} state @returns {Bbox} */
export function pulled(hold, at, state) {
  const { size, view } = state;
  if (hold.kind === "resize") {
    return resize(hold.bbox, hold.handle, corner(hold.bbox, hold.handle, hold.at, at, state), size);
  }
  return move(hold.bbox, (at.x - hold.at.x) / view.scale, (at.y - hold.at.y) / view.scale, size);
}

/** The handle keeps its distance from the finger that took it. @param {Bbox} bbox @param {Handle} handle @param {Point} from @param {Point} at @param {State} state */
function corner([x, y, w, h], handle, from, at, { size, view }) {
  const point = {
    x: (handle.includes("w") ? x : x + w) + (at.x - from.x) / view.scale,
    y: (handle.includes("n") ? y : y + h) + (at.y - from.y) / view.scale,
  };
  return snapToImage(point, size, SNAP_SCREEN / view.scale);
}

/** The image point that a finger places and hides. @param {Hold|null} hold @param {Point} at @param {State} state @returns {Point} */
export function focusOf(hold, at, state) {
  const { size, view } = state;
  const under = toImage(view, at);
  const free = { x: clamp(under.x, 0, size.w), y: clamp(under.y, 0, size.h) };
  if (hold?.kind !== "resize") return free;
  const { handle } = hold;
  const point = corner(hold.bbox, handle, hold.at, at, state);
  return {
    x: /[ew]/.test(handle) ? point.x : free.x,
    y: /[ns]/.test(handle) ? point.y : free.y,
  };
}

/** What can be seen can be taken, and nothing else. @param {State} state */
export function visible({ history, alone, bare, selected }) {
  if (bare) return [];
  return alone ? history.present.filter(({ id }) => id === selected) : history.present;
}

/** The gesture that a press begins. @param {PointerEvent} event @param {Point} at @param {import("./actions.js").Actions} actions @returns {Gesture} */
export function taken(event, at, actions) {
  const { state, selected: picked } = actions;
  const point = /** @type {Gesture} */ ({ kind: "point", since: event.timeStamp });
  if (state.points.length) return point;
  if (state.edge) return { kind: "edge" };
  if (picked && event.shiftKey && isIn(toScreen(state.view, picked.bbox), at, 0)) {
    return { kind: "move", id: picked.id, bbox: picked.bbox, at };
  }
  const boxes = visible(state);
  const hit = hitTest(boxes, state.selected, at, state.view, event.pointerType === "touch");
  const box = hit && boxes.find(({ id }) => id === hit.id);
  if (!hit || !box) {
    if (state.mode === "extreme") return point;
    return { kind: "press", from: actions.pointAt(at), at, since: event.timeStamp };
  }
  if (hit.part === "handle") {
    return { kind: "resize", id: box.id, bbox: box.bbox, handle: hit.handle, at };
  }
  if (box.id !== state.selected) actions.select(box.id);
  return hit.part === "tag" ? { kind: "move", id: box.id, bbox: box.bbox, at } : { kind: "idle" };
}

/** The CSS cursor says what a press would do. @param {State} state @param {Point} at */
export function cursorAt(state, at) {
  if (state.hand) return "grab";
  if (state.mode === "extreme" && state.points.length) return "crosshair";
  const hit = hitTest(visible(state), state.selected, at, state.view, false);
  if (!hit) return "crosshair";
  if (hit.part === "handle") return `${hit.handle}-resize`;
  return hit.part === "tag" && hit.id === state.selected ? "move" : "pointer";
}
