// @ts-check
/**
 * Types of the box editor. Lengths are pixels of the upright full-size image unless a name
 * says screen; screen lengths are CSS pixels from the stage's top left corner.
 *
 * @typedef {[number, number, number, number]} Bbox  x, y, width, height
 * @typedef {{x: number, y: number}} Point
 * @typedef {{w: number, h: number}} Size
 * @typedef {{scale: number, x: number, y: number}} View  scale: screen px per image px; x, y: where the image's corner is on screen
 * @typedef {"n"|"ne"|"e"|"se"|"s"|"sw"|"w"|"nw"} Handle
 * @typedef {"left"|"top"|"right"|"bottom"} Edge
 * @typedef {"drag"|"click2"|"extreme"|"keys"|"numbers"} Method
 * @typedef {"mouse"|"touch"|"pen"|"keys"} Pointer
 *
 * @typedef {{brightness: number, contrast: number}} Look  per cent; 100 is the photo as it is
 *
 * @typedef {object} Box
 * @property {number} id          unique within one photo, never sent
 * @property {Bbox} bbox
 * @property {Method} method      how it was last shaped
 * @property {Pointer} pointer
 * @property {number} scale       view scale at the last edit: the hand's precision is about 1/scale
 * @property {number} n_edits
 * @property {number} draw_ms     from first press to the finished box
 * @property {string} [reason]    why the server refused it
 *
 * @typedef {{method: Method, pointer: Pointer, scale: number}} Manner
 *
 * @typedef {object} Rubber       a box that is being drawn
 * @property {Point} from
 * @property {Point} to
 * @property {boolean} armed      first corner set by a click, waiting for the second
 *
 * @typedef {object} State
 * @property {Size} size
 * @property {Size} stage         screen size of the stage
 * @property {View} view
 * @property {import("./history.js").History<readonly Box[]>} history
 * @property {number|null} selected
 * @property {Edge|null} edge     the active edge of the selected box; null is the whole box
 * @property {Rubber|null} rubber
 * @property {{id: number, bbox: Bbox}|null} edit  a box that is being moved or resized
 * @property {Point|null} cursor  keyboard drawing
 * @property {"corners"|"extreme"} mode  how a box is drawn: two corners, or its four outermost points
 * @property {readonly Point[]} points   outermost points set so far, in any order
 * @property {boolean} alone      other boxes hidden
 * @property {boolean} bare       all boxes hidden
 * @property {Look} look
 * @property {boolean} hand       a press moves the photo instead of drawing
 * @property {boolean} guides     lines through the pointer
 * @property {Point|null} hover   the pointer, in screen pixels
 * @property {{at: Point, focus: Point}|null} press  a finger that shapes a box: on screen, and the image point it places
 * @property {boolean} open       the photo is painted and may be answered
 */
export {};
