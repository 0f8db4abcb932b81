// @ts-check
/**
 * The pointers that are down, by id, in screen pixels; what two of them do to the photo; wheels.
 *
 * @typedef {import("./types.js").Point} Point
 */
export class Fingers {
  constructor() {
    /** @type {Map<number, Point>} */
    this.points = new Map();
    this.last = { gap: 1, at: { x: 0, y: 0 } };
  }

  get n() {
    return this.points.size;
  }

  /** @param {number} id @param {Point} at */
  put(id, at) {
    this.points.set(id, at);
  }

  /** @param {number} id @param {Point} at */
  move(id, at) {
    if (this.points.has(id)) this.points.set(id, at);
  }

  /** True if it was down. @param {number} id */
  lift(id) {
    return this.points.delete(id);
  }

  /** Two are down now. */
  start() {
    this.last = this.span();
  }

  /** The photo follows two fingers. @param {import("./sight.js").Sight} sight */
  pinch(sight) {
    if (this.n < 2) return;
    const { gap, at } = this.span();
    sight.zoom(gap / this.last.gap, at);
    sight.pan(at.x - this.last.at.x, at.y - this.last.at.y);
    this.last = { gap, at };
  }

  /** Distance and middle of the first two. */
  span() {
    const [a, b] = [...this.points.values()];
    const gap = Math.max(1, Math.hypot(a.x - b.x, a.y - b.y));
    return { gap, at: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 } };
  }
}

/** A click by keyboard has no pointer type. @param {string} type @returns {import("./types.js").Pointer} */
export function pointerOf(type) {
  if (type === "touch" || type === "pen" || type === "mouse") return type;
  return "keys";
}

/** How much larger a turn of the wheel makes the photo. @param {WheelEvent} event */
export function wheelFactor({ deltaY, deltaMode, ctrlKey }) {
  const lines = deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
  const speed = ctrlKey ? 0.01 : 0.0015; // a trackpad's pinch arrives as Ctrl and small steps
  return Math.exp(-deltaY * lines * speed);
}
