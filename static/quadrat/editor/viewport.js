// @ts-check
/**
 * Where the photo is on the stage. A View maps image pixels to screen (CSS) pixels:
 * screen = image * scale + (x, y).
 *
 * @typedef {import("./types.js").View} View
 * @typedef {import("./types.js").Point} Point
 * @typedef {import("./types.js").Size} Size
 * @typedef {import("./types.js").Bbox} Bbox
 */
import { clamp } from "./geometry.js";

const MARGIN = 16;
const MIN_ZOOM = 0.8;
const MAX_ZOOM = 16;

/** The whole photo, centred. @param {Size} size @param {Size} stage @returns {View} */
export function fit(size, stage) {
  const room = { w: Math.max(1, stage.w - 2 * MARGIN), h: Math.max(1, stage.h - 2 * MARGIN) };
  const scale = Math.min(room.w / size.w, room.h / size.h);
  return centred({ scale, x: 0, y: 0 }, size, stage);
}

/** The box with some air around it. @param {Bbox} bbox @param {Size} size @param {Size} stage */
export function fitBox([x, y, w, h], size, stage) {
  const scale = Math.min(stage.w / (w * 1.6), stage.h / (h * 1.6));
  return around({ x: x + w / 2, y: y + h / 2 }, scale, size, stage);
}

/** The image point in the middle of the stage. @param {Point} point @param {number} wanted scale @param {Size} size @param {Size} stage */
function around({ x, y }, wanted, size, stage) {
  const scale = limit(wanted, size, stage);
  return settle({ scale, x: stage.w / 2 - x * scale, y: stage.h / 2 - y * scale }, size, stage);
}

/**
 * The image point under `at` stays under it.
 * @param {View} view @param {number} factor @param {Point} at @param {Size} size @param {Size} stage
 * @returns {View}
 */
export function zoomAt(view, factor, at, size, stage) {
  const scale = limit(view.scale * factor, size, stage);
  const k = scale / view.scale;
  return settle({ scale, x: at.x - (at.x - view.x) * k, y: at.y - (at.y - view.y) * k }, size, stage);
}

/** @param {View} view @param {number} dx @param {number} dy @param {Size} size @param {Size} stage */
export const panBy = (view, dx, dy, size, stage) =>
  settle({ ...view, x: view.x + dx, y: view.y + dy }, size, stage);

/** @param {View} view @param {Point} screen @returns {Point} */
export const toImage = (view, screen) => ({
  x: (screen.x - view.x) / view.scale,
  y: (screen.y - view.y) / view.scale,
});

/** @param {View} view @param {Bbox} bbox @returns {Bbox} */
export const toScreen = (view, [x, y, w, h]) => [
  x * view.scale + view.x,
  y * view.scale + view.y,
  w * view.scale,
  h * view.scale,
];

/**
 * The view on a stage that became wider or narrower: the whole photo stays whole, a closer look
 * keeps what is in its middle.
 * @param {View} view @param {Size} size @param {Size} before @param {Size} after @returns {View}
 */
export function onStage(view, size, before, after) {
  if (isWhole(view, size, before)) return fit(size, after);
  return around(toImage(view, { x: before.w / 2, y: before.h / 2 }), view.scale, size, after);
}

/** @param {View} view @param {Size} size @param {Size} stage */
export const isWhole = (view, size, stage) => view.scale <= fit(size, stage).scale * 1.001;

/** From a little smaller than the whole photo to 16 times it; 1:1 is always within. @param {number} scale @param {Size} size @param {Size} stage */
function limit(scale, size, stage) {
  const whole = fit(size, stage).scale;
  return clamp(scale, Math.min(1, whole * MIN_ZOOM), Math.max(1, whole * MAX_ZOOM));
}

/** A photo smaller than the stage is centred, a larger one never leaves it. @param {View} view @param {Size} size @param {Size} stage @returns {View} */
function settle(view, size, stage) {
  const middle = centred(view, size, stage);
  const [w, h] = [size.w * view.scale, size.h * view.scale];
  return {
    scale: view.scale,
    x: w + 2 * MARGIN <= stage.w ? middle.x : clamp(view.x, stage.w - w - MARGIN, MARGIN),
    y: h + 2 * MARGIN <= stage.h ? middle.y : clamp(view.y, stage.h - h - MARGIN, MARGIN),
  };
}

/** @param {View} view @param {Size} size @param {Size} stage @returns {View} */
function centred(view, size, stage) {
  const { scale } = view;
  return { scale, x: (stage.w - size.w * scale) / 2, y: (stage.h - size.h * scale) / 2 };
}
