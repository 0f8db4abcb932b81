// @ts-check
/**
 * What is asked of one photo, one question at a time: each box in its order, then the whole photo.
 * Boxes are [x, y, w, h] in pixels of the upright full-size image.
 *
 * @typedef {readonly [number, number, number, number]} Bbox
 * @typedef {object} Check
 * @property {readonly Bbox[]} boxes
 * @property {readonly boolean[]} said     yes or no to the questions so far
 *
 * @typedef {{name: "tight", number: number} | {name: "all" | "none"}} Question
 * @typedef {"yes"|"no"|"now"|"to_come"} Step
 */

/**
 * At the first question without an answer; at the last one where all are answered already, as in
 * a photo that comes back to be corrected.
 * @param {readonly Bbox[]} boxes @param {readonly boolean[]} [said] @returns {Check}
 */
export const begin = (boxes, said = []) => ({ boxes, said: said.slice(0, boxes.length) });

/** Boxes count from 1. @param {Check} check @returns {Question} */
export function questionOf({ boxes, said }) {
  if (said.length < boxes.length) return { name: "tight", number: said.length + 1 };
  return { name: boxes.length ? "all" : "none" };
}

/** @param {Check} check @param {boolean} isYes @returns {Check} */
export const answer = ({ boxes, said }, isYes) => ({ boxes, said: [...said, isYes] });

/** One question back; null at the first one. @param {Check} check @returns {Check|null} */
export const back = ({ boxes, said }) => (said.length ? { boxes, said: said.slice(0, -1) } : null);

/** @param {Check} check */
export const isDone = ({ boxes, said }) => said.length > boxes.length;

/** What is handed in once all is answered. @param {Check} check */
export const resultOf = ({ boxes, said }) => ({
  are_tight: said.slice(0, boxes.length),
  are_all_boxed: said[boxes.length],
});

/** For a row of dots: one for each question. @param {Check} check @returns {Step[]} */
export function steps({ boxes, said }) {
  return Array.from({ length: boxes.length + 1 }, (_, i) => {
    if (i < said.length) return said[i] ? "yes" : "no";
    return i === said.length ? "now" : "to_come";
  });
}

const ROWS = ["upper", "middle", "lower"];
const COLUMNS = ["left", "centre", "right"];

/** In which ninth of the photo the middle of a box lies. @param {Bbox} bbox @param {{w: number, h: number}} size */
export function placeOf([x, y, w, h], size) {
  const third = (/** @type {number} */ at, /** @type {number} */ of) => Math.min(2, Math.max(0, Math.floor((3 * at) / of)));
  return `${ROWS[third(y + h / 2, size.h)]}_${COLUMNS[third(x + w / 2, size.w)]}`;
}
