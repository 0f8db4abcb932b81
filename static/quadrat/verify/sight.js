// @ts-check
/**
 * Which photos of a grid somebody can have looked at: at least 300 ms in sight, large enough.
 * A photo that was not seen is no vote, whatever its neighbours got.
 */
export const SEEN_MS = 300;
export const SEEN_SHARE = 0.75;
export const SEEN_SIDE_PX = 80;

export class Sight {
  /** @param {() => number} [now] */
  constructor(now = () => performance.now()) {
    this.now = now;
    /** Time in sight that is over. @type {Map<string, number>} */
    this.spent = new Map();
    /** In sight since. @type {Map<string, number>} */
    this.since = new Map();
    /** In sight as far as the photo itself goes. @type {Set<string>} */
    this.placed = new Set();
    this.isOpen = false;
  }

  /** A new grid: nothing of it has been seen. */
  clear() {
    for (const kept of [this.spent, this.since, this.placed]) kept.clear();
  }

  /** A photo comes into sight or leaves it. @param {string} id @param {boolean} isPlaced */
  place(id, isPlaced) {
    if (isPlaced) this.placed.add(id);
    else this.placed.delete(id);
    this.tick(id);
  }

  /** Whether anybody can look: not with the tab hidden or a dialog over the grid. @param {boolean} isOpen */
  open(isOpen) {
    this.isOpen = isOpen;
    for (const id of new Set([...this.placed, ...this.since.keys()])) this.tick(id);
  }

  /** @param {string} id */
  tick(id) {
    const isInSight = this.isOpen && this.placed.has(id);
    const since = this.since.get(id);
    if (isInSight && since === undefined) this.since.set(id, this.now());
    if (isInSight || since === undefined) return;
    this.add(id, this.now() - since);
    this.since.delete(id);
  }

  /** It was looked at elsewhere. @param {string} id @param {number} ms */
  add(id, ms) {
    this.spent.set(id, (this.spent.get(id) ?? 0) + ms);
  }

  /** Milliseconds in sight so far. @param {string} id */
  ms(id) {
    const since = this.since.get(id);
    return (this.spent.get(id) ?? 0) + (since === undefined ? 0 : this.now() - since);
  }

  /** @param {string} id */
  isSeen(id) {
    return this.ms(id) >= SEEN_MS;
  }
}

/** Whether a photo of this size, this share of it on screen, can be judged. @param {number} share @param {{width: number, height: number}} size CSS pixels */
export const isLargeEnough = (share, { width, height }) =>
  share >= SEEN_SHARE && Math.min(width, height) >= SEEN_SIDE_PX;
