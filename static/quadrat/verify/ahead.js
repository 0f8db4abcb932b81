// @ts-check
/**
 * The grid after the one in sight: claimed, and its small photos fetched and decoded, while the
 * worker looks at this one.
 *
 * @typedef {import("../lib/supply.js").Assignment} Assignment
 * @typedef {import("../lib/http.js").Answer} Answer
 */

/** As many as may be held: this grid and the next. */
export const MOST = 48;
const TRIES = 5;
const PAUSE_MS = 400;

/** Small photos that are there before their tile is. @type {WeakMap<Assignment, HTMLImageElement>} */
const thumbnails = new WeakMap();

/** The small photo of a task, fetched at once; again if it failed before. @param {Assignment} assignment */
export function thumbnailOf(assignment) {
  const kept = thumbnails.get(assignment);
  if (kept && !(kept.complete && !kept.naturalWidth)) return kept;
  const img = new Image();
  img.alt = "";
  img.draggable = false;
  img.src = assignment.image.thumbnail_url;
  thumbnails.set(assignment, img);
  return img;
}

export class Ahead {
  /** @param {(count: number) => Promise<Answer>} claim @param {(assignment: Assignment) => void} [fetched] */
  constructor(claim, fetched = (one) => void thumbnailOf(one).decode().catch(() => {})) {
    this.claim = claim;
    this.fetched = fetched;
    /** @type {Assignment[]} */
    this.waiting = [];
    /** The server had no more when it was asked. */
    this.isAll = false;
    /** @type {Promise<void>} */
    this.arriving = Promise.resolve();
    this.turn = 0;
  }

  /** Up to `n` of them, oldest first. @param {number} n */
  take(n) {
    return this.waiting.splice(0, Math.max(0, n));
  }

  /** To be shown next, before the others. @param {Assignment[]} assignments */
  putBack(assignments) {
    this.waiting.unshift(...assignments);
  }

  clear() {
    this.turn += 1;
    this.waiting = [];
    this.isAll = false;
  }

  /**
   * So many more than those that are held; what is held already comes back first.
   * @param {number} n @param {Assignment[]} held @param {(id: string) => boolean} isAnswered
   */
  fetch(n, held, isAnswered) {
    this.arriving = this.ask(n, held, isAnswered);
    return this.arriving;
  }

  /**
   * Nothing is ahead: ask until photos come that are not answered yet, or the server says why not.
   * A claim that crosses answers still lists their photos.
   * @param {number} n @param {() => Promise<void>} flush @param {(id: string) => boolean} isAnswered
   */
  async insist(n, flush, isAnswered) {
    this.clear();
    for (let i = 0; i < TRIES; i += 1) {
      if (i) await new Promise((done) => setTimeout(done, PAUSE_MS));
      await flush();
      const { status, body } = await this.claim(n);
      const fresh = (body?.assignments ?? []).filter((/** @type {Assignment} */ { id }) => !isAnswered(id));
      if (fresh.length || status !== 201) return { fresh, status, detail: body?.detail ?? "" };
    }
    return { fresh: [], status: 503, detail: "" };
  }

  /** @param {number} n @param {Assignment[]} held @param {(id: string) => boolean} isAnswered */
  async ask(n, held, isAnswered) {
    const { turn } = this;
    const count = Math.min(MOST, held.length + this.waiting.length + n);
    const { status, body } = await this.claim(count);
    if (turn !== this.turn || status !== 201) return;
    const known = new Set([...held, ...this.waiting].map(({ id }) => id));
    const fresh = body.assignments.filter((/** @type {Assignment} */ { id }) => !known.has(id) && !isAnswered(id));
    for (const assignment of fresh) this.fetched(assignment);
    this.waiting.push(...fresh);
    this.isAll = body.assignments.length < count;
  }
}
