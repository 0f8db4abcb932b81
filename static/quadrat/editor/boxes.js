// @ts-check
/**
 * Pure actions on the list of boxes of one photo; each returns a new list.
 *
 * @typedef {import("./types.js").Box} Box
 * @typedef {import("./types.js").Bbox} Bbox
 * @typedef {import("./types.js").Manner} Manner
 */

/**
 * @param {readonly Box[]} boxes @param {Bbox} bbox @param {Manner} manner @param {number} drawMs
 * @returns {Box[]}
 */
export function add(boxes, bbox, manner, drawMs) {
  const id = 1 + boxes.reduce((most, box) => Math.max(most, box.id), 0);
  const { method, pointer, scale } = manner;
  return [...boxes, { id, bbox, method, pointer, scale, n_edits: 0, draw_ms: Math.round(drawMs) }];
}

/** A new shape also answers the server's objection. @param {readonly Box[]} boxes @param {number} id @param {Bbox} bbox @param {Manner} manner @returns {Box[]} */
export function reshape(boxes, id, bbox, manner) {
  return boxes.map((box) =>
    box.id === id
      ? { ...box, bbox, ...manner, n_edits: box.n_edits + 1, reason: undefined }
      : box,
  );
}

/** @param {readonly Box[]} boxes @param {number} id */
export const remove = (boxes, id) => boxes.filter((box) => box.id !== id);

/** @param {readonly Box[]} boxes @param {number|null} id */
export const find = (boxes, id) => boxes.find((box) => box.id === id);

/** The box after or before the selected one, round and round. @param {readonly Box[]} boxes @param {number|null} id @param {1|-1} step */
export function neighbour(boxes, id, step) {
  if (!boxes.length) return null;
  const at = boxes.findIndex((box) => box.id === id);
  const start = at < 0 && step < 0 ? 0 : at;
  return boxes[(start + step + boxes.length) % boxes.length].id;
}

/** What the server is told. @param {readonly Box[]} boxes */
export const toWire = (boxes) =>
  boxes.map(({ bbox, method, pointer, scale, n_edits, draw_ms }) => ({
    bbox,
    method,
    pointer,
    scale: Number(scale.toFixed(5)),
    n_edits,
    draw_ms,
  }));

/**
 * The server's objections, by the position of the box in the answer.
 * @param {readonly Box[]} boxes @param {Record<string, unknown>} errors
 * @returns {Box[]}
 */
export function withReasons(boxes, errors) {
  return boxes.map((box, i) => ({ ...box, reason: words(errors[i] ?? "") || undefined }));
}

/** @param {unknown} error @returns {string} */
function words(error) {
  if (typeof error === "string") return error;
  return Object.values(/** @type {object} */ (error)).map(words).join(" ");
}
