// @ts-check
/**
 * Boxes as [x, y, w, h] in pixels of the upright full-size image: continuous edges on a
 * 0.5 px grid, 0 <= x < x + w <= width. Nothing here knows the screen or the page.
 *
 * @typedef {import("./types.js").Bbox} Bbox
 * @typedef {import("./types.js").Point} Point
 * @typedef {import("./types.js").Size} Size
 * @typedef {import("./types.js").Edge} Edge
 * @typedef {import("./types.js").Handle} Handle
 */

/** @type {readonly Edge[]} */
export const EDGES = ["left", "top", "right", "bottom"];

/** So near to the photo's border, in screen pixels, a point is on it. */
export const SNAP_SCREEN = 6;

const MIN_SCREEN = 4;
const MIN_IMAGE = 3;

/** @param {number} value @param {number} low @param {number} high */
export const clamp = (value, low, high) => Math.max(low, Math.min(high, value));

/** @param {number} value */
export const onGrid = (value) => Math.round(value * 2) / 2;

/**
 * The point inside the image, pulled to the image's edge when it is nearer than `reach`.
 * @param {Point} point @param {Size} size @param {number} reach @returns {Point}
 */
export function snapToImage(point, size, reach) {
  /** @param {number} value @param {number} end */
  const pull = (value, end) => (value < reach ? 0 : value > end - reach ? end : onGrid(value));
  return { x: pull(point.x, size.w), y: pull(point.y, size.h) };
}

/**
 * The box between two opposite corners, in any order.
 * @param {Point} a @param {Point} b @param {Size} size @returns {Bbox}
 */
export function between(a, b, size) {
  const [left, right] = span(a.x, b.x, size.w);
  const [top, bottom] = span(a.y, b.y, size.h);
  return [left, top, right - left, bottom - top];
}

/** @param {number} a @param {number} b @param {number} end */
function span(a, b, end) {
  const low = clamp(onGrid(Math.min(a, b)), 0, end);
  return [low, clamp(onGrid(Math.max(a, b)), 0, end)];
}

/**
 * The box that the outermost points touch, in any order.
 * @param {readonly Point[]} points at least one @param {Size} size @returns {Bbox}
 */
export function around(points, size) {
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
  const low = { x: Math.min(...xs), y: Math.min(...ys) };
  return between(low, { x: Math.max(...xs), y: Math.max(...ys) }, size);
}

/**
 * One handle or edge goes to `point`; the opposite side stays, also when the two cross over.
 * @param {Bbox} bbox @param {Handle} handle @param {Point} point @param {Size} size @returns {Bbox}
 */
export function resize([x, y, w, h], handle, point, size) {
  const a = { x, y };
  const b = { x: x + w, y: y + h };
  if (handle.includes("w")) a.x = point.x;
  if (handle.includes("e")) b.x = point.x;
  if (handle.includes("n")) a.y = point.y;
  if (handle.includes("s")) b.y = point.y;
  return between(a, b, size);
}

/**
 * The same box elsewhere, kept whole inside the image.
 * @param {Bbox} bbox @param {number} dx @param {number} dy @param {Size} size @returns {Bbox}
 */
export function move([x, y, w, h], dx, dy, size) {
  return [clamp(onGrid(x + dx), 0, size.w - w), clamp(onGrid(y + dy), 0, size.h - h), w, h];
}

/**
 * The active edge goes by (dx, dy); null moves the whole box.
 * @param {Bbox} bbox @param {Edge|null} edge @param {number} dx @param {number} dy
 * @param {Size} size @returns {Bbox}
 */
export function nudge(bbox, edge, dx, dy, size) {
  if (!edge) return move(bbox, dx, dy, size);
  const [x, y, w, h] = bbox;
  const at = { left: x, top: y, right: x + w, bottom: y + h }[edge];
  const sideways = edge === "left" || edge === "right";
  return moveEdge(bbox, edge, at + (sideways ? dx : dy), size);
}

/**
 * The edge goes to a coordinate on its own axis.
 * @param {Bbox} bbox @param {Edge} edge @param {number} to @param {Size} size @returns {Bbox}
 */
export function moveEdge(bbox, edge, to, size) {
  /** @type {Record<Edge, Handle>} */
  const handles = { left: "w", top: "n", right: "e", bottom: "s" };
  return resize(bbox, handles[edge], { x: to, y: to }, size);
}

/**
 * Both sides at least 4 screen pixels and 3 image pixels: less is a slip of the hand.
 * @param {Bbox} bbox @param {number} scale screen pixels per image pixel
 */
export function isBigEnough([, , w, h], scale) {
  const short = Math.min(w, h);
  return short >= MIN_IMAGE && short * scale >= MIN_SCREEN;
}

/**
 * May a box be given this shape? One that is already small, drawn while zoomed in, may still be
 * moved and made larger from afar.
 * @param {Bbox} bbox @param {Bbox} old @param {number} scale screen pixels per image pixel
 */
export function mayBecome([x, y, w, h], old, scale) {
  return isBigEnough([x, y, w, h], scale) || (w >= old[2] && h >= old[3]);
}

/**
 * Does the box lie inside the image, with finite numbers and a positive size?
 * @param {readonly number[]} bbox @param {Size} size
 */
export function isInside([x, y, w, h], size) {
  const finite = [x, y, w, h].every(Number.isFinite);
  return finite && x >= 0 && y >= 0 && w > 0 && h > 0 && x + w <= size.w && y + h <= size.h;
}
