// @ts-check
/**
 * What is under the pointer. Only borders, number tags and handles catch it, never the inside
 * of a box: a bird in front of a bird can be drawn. All lengths are screen pixels.
 *
 * @typedef {import("./types.js").Box} Box
 * @typedef {import("./types.js").Bbox} Bbox
 * @typedef {import("./types.js").Point} Point
 * @typedef {import("./types.js").Handle} Handle
 * @typedef {import("./types.js").View} View
 * @typedef {{part: "handle", id: number, handle: Handle} | {part: "tag"|"border", id: number}} Hit
 */
import { toScreen } from "./viewport.js";

export const TAG = { w: 24, h: 22 };

const REACH = {
  mouse: { handle: 12, border: 6, tag: 2 },
  touch: { handle: 22, border: 12, tag: 11 },
};

/** Handles and their places as shares of the box's sides. @type {readonly [Handle, number, number][]} */
export const HANDLES = [
  ["nw", 0, 0],
  ["ne", 1, 0],
  ["se", 1, 1],
  ["sw", 0, 1],
  ["n", 0.5, 0],
  ["e", 1, 0.5],
  ["s", 0.5, 1],
  ["w", 0, 0.5],
];

/** The number tag sits on the upper left corner, inside where the stage ends. @param {Bbox} rect @returns {Bbox} */
export function tagOf([x, y]) {
  return [Math.max(0, x - 1), y >= TAG.h ? y - TAG.h : Math.max(0, y), TAG.w, TAG.h];
}

/**
 * @param {readonly Box[]} boxes @param {number|null} selected @param {Point} at @param {View} view
 * @param {boolean} isTouch @returns {Hit|null}
 */
export function hitTest(boxes, selected, at, view, isTouch) {
  const reach = isTouch ? REACH.touch : REACH.mouse;
  const picked = boxes.find((box) => box.id === selected);
  if (picked) {
    const rect = toScreen(view, picked.bbox);
    const handle = handleAt(rect, at, reach.handle) ?? edgeAt(rect, at, reach.border);
    if (isIn(tagOf(rect), at, 0)) return { part: "tag", id: picked.id };
    if (handle) return { part: "handle", id: picked.id, handle };
  }
  return nearest(boxes, at, view, reach);
}

/** @param {readonly Box[]} boxes @param {Point} at @param {View} view @param {{border: number, tag: number}} reach @returns {Hit|null} */
function nearest(boxes, at, view, reach) {
  /** @type {Hit|null} */
  let best = null;
  let least = reach.border;
  for (const { id, bbox } of boxes) {
    const rect = toScreen(view, bbox);
    if (isIn(tagOf(rect), at, reach.tag)) return { part: "tag", id };
    const far = fromBorder(rect, at);
    if (far <= least) [best, least] = [{ part: "border", id }, far];
  }
  return best;
}

/** A handle reaches at most a third of a side, so that small boxes keep an inside. @param {Bbox} rect @param {Point} at @param {number} reach @returns {Handle|null} */
function handleAt([x, y, w, h], at, reach) {
  const near = Math.min(reach, Math.max(6, Math.min(w, h) / 3));
  const hit = HANDLES.find(
    ([, u, v]) => Math.max(Math.abs(at.x - x - u * w), Math.abs(at.y - y - v * h)) <= near,
  );
  return hit ? hit[0] : null;
}

/** @param {Bbox} rect @param {Point} at @param {number} reach @returns {Handle|null} */
function edgeAt([x, y, w, h], at, reach) {
  const near = Math.min(reach, Math.min(w, h) / 3);
  if (!isIn([x, y, w, h], at, near)) return null;
  if (Math.abs(at.x - x) <= near) return "w";
  if (Math.abs(at.x - x - w) <= near) return "e";
  if (Math.abs(at.y - y) <= near) return "n";
  return Math.abs(at.y - y - h) <= near ? "s" : null;
}

/** @param {Bbox} rect @param {Point} at @param {number} air */
export const isIn = ([x, y, w, h], at, air) =>
  at.x >= x - air && at.x <= x + w + air && at.y >= y - air && at.y <= y + h + air;

/** Distance from the outline, inside or outside. @param {Bbox} rect @param {Point} at */
function fromBorder([x, y, w, h], at) {
  const outX = Math.max(x - at.x, 0, at.x - x - w);
  const outY = Math.max(y - at.y, 0, at.y - y - h);
  if (outX || outY) return Math.hypot(outX, outY);
  return Math.min(at.x - x, x + w - at.x, at.y - y, y + h - at.y);
}
